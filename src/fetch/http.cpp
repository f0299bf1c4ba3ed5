#include "fetch/http.h"

#include <curl/curl.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <memory>
#include <new>
#include <string_view>

#include <longclip/version.h>

namespace longclip::hub {
namespace {

constexpr std::size_t kMostHeaders = 200;

void initialise_curl() {
  // Never undone: the application may use libcurl as well.
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw Error(std::string("libcurl cannot be started: ") + curl_easy_strerror(result));
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// What libcurl's callbacks share. They are called from C and let no exception through: the first
// is kept and thrown when libcurl has returned.
struct Call {
  const Request& request;
  CURL* curl;
  Response response;
  std::exception_ptr failure;

  template <class Body>
  bool guarded(Body body) noexcept {
    try {
      body();
      return true;
    } catch (...) {
      if (!failure) failure = std::current_exception();
      return false;
    }
  }

  void take_header(std::string_view line) {
    // An answer may follow others: "100 Continue", or a proxy's.
    if (line.starts_with("HTTP/")) response.headers.clear();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    if (response.headers.size() == kMostHeaders)
      throw InvalidFile(request.url.origin() + ": answers with too many headers: check HF_ENDPOINT");
    std::string name(line.substr(0, colon));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    response.headers[name] = trimmed(line.substr(colon + 1));
  }

  void take_body(std::span<const std::byte> bytes) {
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response.status);
    if (request.body) request.body(response, bytes);
  }
};

std::size_t on_header(char* data, std::size_t, std::size_t size, void* call) {
  return static_cast<Call*>(call)->guarded([&] { static_cast<Call*>(call)->take_header({data, size}); }) ? size : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* call) {
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  return static_cast<Call*>(call)->guarded([&] { static_cast<Call*>(call)->take_body(bytes); }) ? size : 0;
}

int on_progress(void* call, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const Request& request = static_cast<Call*>(call)->request;
  return static_cast<Call*>(call)->guarded([&] { request.watch ? request.watch() : void(); }) ? 0 : 1;
}

// Certificates to trust, by the variables that the curl command and the hub's client obey: libcurl
// itself reads none. A company's proxy signs with one of its own.
void set_certificates(CURL* curl) {
  const auto set = [curl](CURLoption option, const char* variable) {
    const char* path = std::getenv(variable);
    if (path != nullptr && *path != '\0') curl_easy_setopt(curl, option, path);
  };
  set(CURLOPT_CAPATH, "SSL_CERT_DIR");
  set(CURLOPT_CAINFO, "SSL_CERT_FILE");
  set(CURLOPT_CAINFO, "CURL_CA_BUNDLE");
}

[[noreturn]] void fail(const Request& request, CURL* curl, CURLcode code, const std::string& detail) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      throw InvalidFile(
          request.url.origin() + ": its certificate is not trusted (" + detail +
          "): install ca-certificates; where a proxy signs with one of its own, name that in SSL_CERT_FILE");
    case CURLE_OUT_OF_MEMORY:
      throw std::bad_alloc();
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_FAILED_INIT:
      throw InvalidFile(request.url.origin() + ": cannot be asked: " + detail);
    default: {
      double connected = 0;  // seconds until there was a connection, by all proxies and TLS
      curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME, &connected);
      throw Outage(connected == 0 ? Outage::Kind::unreachable : Outage::Kind::broken, detail);
    }
  }
}

}  // namespace

std::string Response::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::optional<std::chrono::sys_seconds> parse_date(const std::string& text) {
  const std::time_t date = curl_getdate(text.c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::from_time_t(date));
}

Response exchange(const Request& request, const Timeouts& timeouts) {
  initialise_curl();
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (curl == nullptr) throw std::bad_alloc();
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(nullptr, &curl_slist_free_all);
  for (const auto& header : request.headers) {
    curl_slist* longer = curl_slist_append(headers.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers.release());
    headers.reset(longer);
  }
  std::array<char, CURL_ERROR_SIZE> detail{};
  Call call{request, curl.get(), {}, nullptr};
  const auto set = [&curl](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
  set(CURLOPT_URL, request.url.text().c_str());
  set(CURLOPT_NOBODY, request.head ? 1L : 0L);
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_USERAGENT, "longclip/" LONGCLIP_VERSION);
  set(CURLOPT_ERRORBUFFER, detail.data());
  set(CURLOPT_NOSIGNAL, 1L);  // signals are the application's
  set(CURLOPT_BUFFERSIZE, 256L * 1024);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(timeouts.connect.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);  // bytes a second
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(timeouts.stall.count()));
  set(CURLOPT_HEADERFUNCTION, on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&call));
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&call));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&call));
  set_certificates(curl.get());

  const CURLcode code = curl_easy_perform(curl.get());
  if (call.failure) std::rethrow_exception(call.failure);
  if (code != CURLE_OK) fail(request, curl.get(), code, detail[0] != '\0' ? detail.data() : curl_easy_strerror(code));
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &call.response.status);
  return call.response;
}

}  // namespace longclip::hub
