//! `cargo xtask network-check`: no command of a whole run opens a network socket, and what ships imports no function that could.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::bindings;
use crate::command::{cargo, root, run, step, target_dir};

/// Functions of libc that open, name or use a socket. `sendfile` is not among them: it copies files.
const SOCKET_FUNCTIONS: [&str; 20] = [
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "send",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recv",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "getaddrinfo",
    "gethostbyname",
    "gethostbyname_r",
    "res_query",
    "res_search",
];

/// `cargo xtask network-check`.
pub fn check() -> Outcome {
    for (program, flag) in [("strace", "-V"), ("nm", "--version")] {
        let mut asked = Command::new(program);
        asked.arg(flag).stdout(Stdio::null()).stderr(Stdio::null());
        if !cfg!(target_os = "linux") || asked.status().is_err() {
            println!("SKIPPED: network-check: it needs Linux and {program} (Debian: apt install strace binutils)");
            return Ok(());
        }
    }
    let library = step("build skinkit and the library", || {
        run(
            "cargo build",
            cargo().args(["build", "--quiet", "--package", "skinkit-cli"]),
        )?;
        bindings::library()
    })?;
    let program = target_dir().join("debug/skinkit");
    step("the library and the program import no socket function", || {
        [&library, &program].into_iter().try_for_each(|file| imports(file))
    })?;
    let folder = target_dir().join("network-check");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("cannot clear {}: {error}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let traced = Traced { folder, program };
    step("the check sees a socket where there is one", || traced.sees_a_socket())?;
    step("no command opens a network socket", || traced.commands())
}

/// Whether a library or program imports a socket function.
fn imports(file: &Path) -> Outcome {
    let output = Command::new("nm")
        .args(["--dynamic", "--undefined-only"])
        .arg(file)
        .output()
        .map_err(|error| format!("cannot start nm: {error}"))?;
    if !output.status.success() {
        return Err(format!("nm cannot read {}", file.display()));
    }
    match socket_functions(&String::from_utf8_lossy(&output.stdout))[..] {
        [] => Ok(()),
        ref found => Err(format!("{} imports {}", file.display(), found.join(", "))),
    }
}

/// The socket functions in what nm prints.
fn socket_functions(symbols: &str) -> Vec<String> {
    let names = symbols.lines().filter_map(|line| line.split_whitespace().last());
    let names = names.map(|name| name.split('@').next().unwrap_or(name));
    names
        .filter(|name| SOCKET_FUNCTIONS.contains(name))
        .map(str::to_owned)
        .collect()
}

/// Sockets in a trace of system calls. Those between processes of this machine (AF_UNIX) are no network: glibc asks for users
/// through one.
fn sockets(trace: &str) -> Vec<&str> {
    trace
        .lines()
        .filter(|line| line.contains("socket(") && !line.contains("AF_UNIX"))
        .collect()
}

struct Traced {
    folder: PathBuf,
    program: PathBuf,
}

impl Traced {
    /// Runs a program under strace; gives what it did with the network.
    fn trace(&self, program: &OsStr, arguments: &[&OsStr]) -> Result<String, String> {
        let file = self.folder.join("trace");
        let mut command = Command::new("strace");
        command
            .current_dir(root())
            .args(["-f", "-qq", "-e", "trace=%network", "-o"])
            .arg(&file)
            .arg(program)
            .args(arguments)
            .env("SKINKIT_KEY_FILE", self.folder.join("key"))
            .stdout(Stdio::null());
        run(&format!("{program:?} {arguments:?}"), &mut command)?;
        std::fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))
    }

    /// A check that finds nothing anywhere would prove nothing.
    fn sees_a_socket(&self) -> Outcome {
        let open = "exec 3<>/dev/udp/127.0.0.1/9";
        let trace = self.trace("bash".as_ref(), &["-c".as_ref(), open.as_ref()])?;
        match sockets(&trace)[..] {
            [] => Err(format!("strace does not show the socket that bash opens with '{open}'")),
            _ => Ok(()),
        }
    }

    /// A person's whole use of the command line.
    fn commands(&self) -> Outcome {
        let at = |name: &str| self.folder.join(name).into_os_string();
        let (history, report, export, backup, overlay) = (
            at("history"),
            at("report.html"),
            at("export.json"),
            at("backup"),
            at("overlay.png"),
        );
        let photo = |name: &str| root().join("examples/photos").join(name).into_os_string();
        let (face, first, second) = (photo("face.jpg"), photo("lesion-first.jpg"), photo("lesion-second.jpg"));
        let key = at("key");
        let words = |text: &'static str| text.split(' ').map(OsStr::new);
        let site = OsStr::new("left forearm");
        let runs: [Vec<&OsStr>; 12] = [
            words("doctor").collect(),
            words("key new").chain([key.as_os_str()]).collect(),
            words("landmarks").chain([face.as_os_str()]).collect(),
            words("analyze")
                .chain([first.as_os_str(), "--overlay".as_ref(), &overlay])
                .collect(),
            words("add")
                .chain([&*history, site, &first, "--keep-picture".as_ref()])
                .collect(),
            words("add")
                .chain([&*history, site, &second, "--keep-picture".as_ref()])
                .collect(),
            words("compare").chain([&*history, site]).collect(),
            words("trend").chain([&*history, site]).collect(),
            words("report").chain([&*history, "--out".as_ref(), &report]).collect(),
            words("export").chain([&*history, "--out".as_ref(), &export]).collect(),
            words("backup").chain([&*history, &*backup]).collect(),
            words("erase")
                .chain([&*history, "everything".as_ref(), "--yes".as_ref()])
                .collect(),
        ];
        for arguments in &runs {
            let trace = self.trace(self.program.as_os_str(), arguments)?;
            if let [first, ..] = sockets(&trace)[..] {
                return Err(format!("skinkit {arguments:?} opens a socket: {first}"));
            }
        }
        println!("    {} commands, none with a network socket", runs.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_function_is_found_and_a_file_function_is_not() {
        let symbols = "                 U sendfile64@GLIBC_2.3\n                 U connect@GLIBC_2.2.5\n                 w socketlike\n";
        assert_eq!(socket_functions(symbols), ["connect"]);
    }

    #[test]
    fn only_sockets_of_the_network_count() {
        let trace = "12 socket(AF_UNIX, SOCK_STREAM, 0) = 3\n12 connect(3, {sa_family=AF_UNIX}, 110) = -1\n\
                     12 socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 4\n";
        assert_eq!(sockets(trace).len(), 1);
    }
}
