#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace longclip::testing {

// Sets environment variables, and at its end gives them back what they were. It begins with none
// of those that the library reads, no login of the user's, and no proxy for the servers of the
// tests.
class Environment {
 public:
  Environment() {
    for (const char* name :
         {"HF_ENDPOINT", "HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_OFFLINE",
          "LONGCLIP_HOME", "XDG_DATA_HOME", "SSL_CERT_DIR", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "http_proxy",
          "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
      unset(name);
    }
    set("HF_HOME", "/nowhere");
    set("no_proxy", "*");
  }
  ~Environment() {
    for (const auto& [name, value] : before_) {
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  void set(const std::string& name, const std::string& value) {
    remember(name);
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  void unset(const std::string& name) {
    remember(name);
    ::unsetenv(name.c_str());
  }

 private:
  void remember(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    before_.emplace(name, value == nullptr ? std::nullopt : std::optional<std::string>(value));
  }
  std::map<std::string, std::optional<std::string>> before_;
};

// The message of the exception of a type that `body` throws; else what happened in its place.
template <class Exception, class Body>
std::string message_of(Body body) {
  try {
    body();
  } catch (const Exception& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("(another exception) ") + error.what();
  }
  return "(nothing was thrown)";
}

}  // namespace longclip::testing
