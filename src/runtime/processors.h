#pragma once

namespace longclip::runtime {

// How many threads can run at once for this process: the processors of its affinity mask, or
// fewer where a cgroup's CPU quota gives less time (a quota of 1.5 processors keeps two busy).
// At least 1.
int available_processors();

}  // namespace longclip::runtime
