"""Environment of a process that trains or runs networks with torch, read by it at start-up.

Large buffers come back every step: they stay in the heap instead of being handed to the kernel and faulted in again; and
OpenMP threads sleep rather than spin for one that a busy machine has put aside. Each doubles the rate on two shared cores.
"""

ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_MMAP_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "1000000000",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
