#include "fetch/hub_environment.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace longclip::hub {
namespace {

constexpr const char* kPublicHub = "https://huggingface.co";

// A value of nothing but spaces is none.
std::string trimmed(std::string text) {
  constexpr const char* space = " \t\r\n";
  text.erase(0, text.find_first_not_of(space));
  text.erase(text.find_last_not_of(space) + 1);
  return text;
}

std::string value_of(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : trimmed(value);
}

bool is_set(const char* variable) {
  std::string value = value_of(variable);
  for (char& c : value) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

// Empty where there is no place for it.
std::filesystem::path token_file() {
  if (const std::string file = value_of("HF_TOKEN_PATH"); !file.empty()) return file;
  const std::filesystem::path name = "token";
  if (const std::string home = value_of("HF_HOME"); !home.empty()) return home / name;
  if (const std::string cache = value_of("XDG_CACHE_HOME"); !cache.empty()) return cache / ("huggingface" / name);
  if (const std::string home = value_of("HOME"); !home.empty()) return home / (".cache/huggingface" / name);
  return {};
}

// Empty where there is none, as before a login.
std::string stored_token() {
  constexpr std::size_t longest = 4096;
  std::string text(longest, '\0');
  std::ifstream file(token_file(), std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return trimmed(text);
}

}  // namespace

std::string endpoint_of_environment() {
  const std::string endpoint = value_of("HF_ENDPOINT");
  return endpoint.empty() ? kPublicHub : endpoint;
}

std::string token_of_environment() {
  if (is_set("HF_HUB_DISABLE_IMPLICIT_TOKEN")) return "";
  const std::string token = value_of("HF_TOKEN");
  return token.empty() ? stored_token() : token;
}

bool is_offline() { return is_set("HF_HUB_OFFLINE"); }

}  // namespace longclip::hub
