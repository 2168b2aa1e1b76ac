"""Reads what bindings/dart/lib/src/native.dart declares, and what the header says, into one form."""

import ctypes as c
import re

# A native type of dart:ffi as ctypes sees it. Pointers are pointers, whatever they point to.
SIMPLE = {
    "Void": None,
    "Int32": c.c_int32,
    "Uint32": c.c_uint32,
    "Int64": c.c_int64,
    "Uint64": c.c_uint64,
    "Size": c.c_size_t,
    "Float": c.c_float,
}

# A C type of the header as dart:ffi must write it.
DART_OF_C = {
    "void": "Void",
    "int32_t": "Int32",
    "uint32_t": "Uint32",
    "int64_t": "Int64",
    "uint64_t": "Uint64",
    "size_t": "Size",
    "float": "Float",
    "skinkit_handle": "Uint64",
    "char *": "Pointer<Utf8>",
    "char **": "Pointer<Pointer<Utf8>>",
    "uint8_t *": "Pointer<Uint8>",
    "uint8_t **": "Pointer<Pointer<Uint8>>",
    "size_t *": "Pointer<Size>",
    "int32_t *": "Pointer<Int32>",
    "uint32_t *": "Pointer<Uint32>",
    "int64_t *": "Pointer<Int64>",
    "uint64_t *": "Pointer<Uint64>",
    "skinkit_handle *": "Pointer<Uint64>",
    "skinkit_error *": "Pointer<NativeError>",
    "skinkit_frame *": "Pointer<NativeFrame>",
    "float (*)[2]": "Pointer<Float>",
    # Always NULL here: Dart asks instead of listening.
    "skinkit_live_listener *": "Pointer<Void>",
    "uint8_t": "Uint8",
    "skinkit_plane [3]": "Array<NativePlane>",
}


def split(arguments):
    """The parts between commas that are not within <>."""
    parts, depth, part = [], 0, ""
    for letter in arguments:
        depth += {"<": 1, ">": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += letter
    return [part for part in [*parts, part.strip()] if part]


def of_dart(text):
    """Name → (result, [arguments]) of every looked-up function, and the same of what Dart sees of it."""
    functions = {}
    pattern = r"lookupFunction<\s*(\S+) Function\((.*?)\),\s*(\S+) Function\((.*?)\)>\(\s*'(\w+)'"
    for result, arguments, seen_result, seen, name in re.findall(pattern, text, re.S):
        seen = [re.sub(r" \w+$", "", part) for part in split(seen)]
        functions[name] = (result, split(arguments), seen_result, seen)
    return functions


def seen_in_dart(native):
    """How Dart itself writes a native type."""
    return native if native.startswith("Pointer") else {"Void": "void", "Float": "double"}.get(native, "int")


def of_header(text):
    """Name → (result, [arguments]) of every function of the header, in Dart's native types."""
    text = re.sub(r"/\*.*?\*/", "", text[text.index('extern "C" {') :], flags=re.S)
    functions = {}
    for result, name, arguments in re.findall(r"^((?:const )?\w+ \*?)(skinkit_\w+)\(([^;]*)\);", text, re.M):
        kinds = [] if arguments == "void" else [kind(part) for part in " ".join(arguments.split()).split(", ")]
        functions[name] = (DART_OF_C[result.replace("const ", "").strip()], kinds)
    return functions


def kind(argument):
    """The Dart type of a C declaration."""
    argument = argument.replace("const ", "")
    array = re.fullmatch(r"(.*?)\(\*\w+\)\[2\]", argument)
    if array:
        return DART_OF_C[array[1] + "(*)[2]"]
    return DART_OF_C[re.fullmatch(r"(.*?)\w+", argument)[1].strip()]


def structs_of_header(text):
    """Name → [Dart type of each field] of the structs that Dart declares too."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found = {}
    for body, name in re.findall(r"typedef struct \{(.*?)\} skinkit_(error|plane|frame);", text, re.S):
        fields = []
        for field in re.findall(r"([^;]+);", body):
            array = re.fullmatch(r"(\w+) \w+\[3\]", field.strip())
            fields.append(DART_OF_C[array[1] + " [3]"] if array else kind(field.strip()))
        found["Native" + name.capitalize()] = fields
    return found


def structs_of_dart(text):
    """Name → [(native type, field)] of every struct."""
    found = {}
    for name, body in re.findall(r"final class (\w+) extends Struct \{(.*?)\n\}", text, re.S):
        fields = re.findall(r"(?:@(\w+)\((\d*)\)\s*)?external (\S+) (\w+);", body)
        found[name] = [(kind if annotation == "Array" or not annotation else annotation, field)
                       for annotation, _, kind, field in fields]
    return found


def ctypes_struct(name, structs):
    """A struct as Dart declares it, for ctypes."""
    def of(native):
        array = re.fullmatch(r"Array<(\w+)>", native)
        if array:
            return ctypes_struct(array[1], structs) * 3
        return c.c_void_p if native.startswith("Pointer") else SIMPLE[native]

    return type(name, (c.Structure,), {"_fields_": [(field, of(native)) for native, field in structs[name]]})
