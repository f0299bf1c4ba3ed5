#include "fetch/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <new>
#include <tuple>
#include <utility>

#include <longclip/error.h>

namespace longclip::hub {
namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Handle make_handle() {
  Handle handle(curl_url(), &curl_url_cleanup);
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

// Empty where the address has no such part.
std::string part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
  char* value = nullptr;
  if (curl_url_get(handle, which, &value, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(value, &curl_free);
  return value;
}

// What is no plain text could break a request or a message into lines.
bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

// The whole address, and scheme, host and port of it. Empty unless it is http or https.
std::pair<std::string, std::string> text_and_origin(CURLU* handle) {
  const std::string scheme = part(handle, CURLUPART_SCHEME);
  std::string host = part(handle, CURLUPART_HOST);
  if ((scheme != "http" && scheme != "https") || host.empty()) return {};
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const std::string port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const bool usual = port == (scheme == "https" ? "443" : "80");
  return {part(handle, CURLUPART_URL), scheme + "://" + host + (usual ? "" : ":" + port)};
}

}  // namespace

Url::Url(std::string text, std::string origin) : text_(std::move(text)), origin_(std::move(origin)) {}

Url::Url(const std::string& text) {
  const Handle handle = make_handle();
  if (is_plain(text) && curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK) {
    std::tie(text_, origin_) = text_and_origin(handle.get());
  }
  if (origin_.empty()) {
    throw InvalidInput("'" + (is_plain(text) ? text : "...") +
                       "' is no address of the web, which begins with https:// and a host: check HF_ENDPOINT");
  }
}

Url Url::resolve(const std::string& location) const {
  const Handle handle = make_handle();
  const bool resolved = is_plain(location) &&
                        curl_url_set(handle.get(), CURLUPART_URL, text_.c_str(), 0) == CURLUE_OK &&
                        curl_url_set(handle.get(), CURLUPART_URL, location.c_str(), 0) == CURLUE_OK;
  auto [text, origin] = resolved ? text_and_origin(handle.get()) : std::pair<std::string, std::string>();
  if (origin.empty()) throw InvalidFile(origin_ + ": redirects to what is no address of the web");
  return {std::move(text), std::move(origin)};
}

}  // namespace longclip::hub
