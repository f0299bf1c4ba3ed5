#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace longclip::runtime {

// CPU time that this process's control groups allow it, in processors: the least along the path
// from its group to the root, versions 1 and 2 of cgroups alike. Nothing where there is no limit.
// `root` is the folder that holds proc/ and sys/: "/" but in tests.
std::optional<double> cgroup_quota(const std::filesystem::path& root);

// The text of a version 2 cpu.max, "QUOTA PERIOD" in microseconds, as processors. Nothing for
// "max" and for what is no such text.
std::optional<double> parse_cpu_max(std::string_view text);

// The texts of version 1's cpu.cfs_quota_us and cpu.cfs_period_us. A quota of -1 is no limit.
std::optional<double> parse_cfs(std::string_view quota, std::string_view period);

}  // namespace longclip::runtime
