#include "runtime/cgroup.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

namespace longclip::runtime {
namespace {

constexpr std::string_view kSpace = " \t\n";

// Cuts the first word off `text`.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const auto word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

std::optional<double> positive_number(std::string_view word) {
  long long value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value <= 0) return std::nullopt;
  return static_cast<double>(value);
}

std::optional<double> ratio(std::string_view quota, std::string_view period) {
  const auto time = positive_number(quota);
  const auto per = positive_number(period);
  if (!time || !per) return std::nullopt;
  return *time / *per;
}

// Empty where there is no such file.
std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<double> least(std::optional<double> a, std::optional<double> b) {
  if (a && b) return std::min(*a, *b);
  return a ? a : b;
}

bool has_controller(std::string_view list, std::string_view controller) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == controller) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

std::optional<double> quota_of_group(const std::filesystem::path& folder) {
  return least(parse_cpu_max(read(folder / "cpu.max")),
               parse_cfs(read(folder / "cpu.cfs_quota_us"), read(folder / "cpu.cfs_period_us")));
}

// The least quota of the group and of those above it. In a container the path may be the host's
// and the mount begin at the container's own group: folders that are not there set no limit, and
// the walk ends at the mount, which then is that group.
std::optional<double> quota_of_path(const std::filesystem::path& mount, std::filesystem::path group) {
  group = group.relative_path();
  auto quota = quota_of_group(mount);
  for (; !group.empty(); group = group.parent_path()) quota = least(quota, quota_of_group(mount / group));
  return quota;
}

}  // namespace

std::optional<double> parse_cpu_max(std::string_view text) {
  const auto quota = next_word(text);
  return ratio(quota, next_word(text));
}

std::optional<double> parse_cfs(std::string_view quota, std::string_view period) {
  return ratio(next_word(quota), next_word(period));
}

std::optional<double> cgroup_quota(const std::filesystem::path& root) {
  const auto mount = root / "sys/fs/cgroup";
  std::optional<double> quota;
  // A line is "ID:CONTROLLERS:GROUP"; version 2's has no controllers.
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const auto group = line.substr(second + 1);
    if (controllers.empty()) {
      quota = least(quota, quota_of_path(mount, group));
    } else if (has_controller(controllers, "cpu")) {
      quota = least(quota, quota_of_path(mount / "cpu", group));
    }
  }
  return quota;
}

}  // namespace longclip::runtime
