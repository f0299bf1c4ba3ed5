#pragma once

namespace longclip::runtime {

// How many threads can run at once for this process: the processors of its affinity mask, or
// fewer where a cgroup's CPU quota gives less time (a quota of 1.5 processors keeps two busy).
// At least 1.
int available_processors();

// How many threads an option `threads` means: 0 is all processors that may be used. Throws InvalidInput below 0
// and above 1024: OpenMP ends the process where it cannot have the threads that it is told.
int thread_count(int threads);

}  // namespace longclip::runtime
