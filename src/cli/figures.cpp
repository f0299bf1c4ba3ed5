#include "cli/figures.h"

#include <cmath>
#include <cstdio>

namespace longclip::cli {
namespace {

template <typename... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
  char text[64];
  std::snprintf(text, sizeof text, format, arguments...);
  return text;
}

}  // namespace

std::string count(double amount) {
  return formatted(amount < 100 && amount != std::floor(amount) ? "%.1f" : "%.0f", amount);
}

std::string byte_size(double bytes) {
  if (bytes < 1e3) return formatted("%.0f bytes", bytes);
  if (bytes < 1e6) return formatted("%.1f kB", bytes / 1e3);
  if (bytes < 1e9) return formatted("%.1f MB", bytes / 1e6);
  return formatted("%.2f GB", bytes / 1e9);
}

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 3600) return formatted("%lld:%02lld", whole / 60, whole % 60);
  return formatted("%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string cosine(float value) { return formatted("%.4f", static_cast<double>(value)); }

std::string hexadecimal(char32_t value) { return formatted("%04X", static_cast<unsigned>(value)); }

std::string percent(float probability) { return formatted("%.1f %%", 100 * static_cast<double>(probability)); }

}  // namespace longclip::cli
