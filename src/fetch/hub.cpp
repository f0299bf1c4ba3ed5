#include "fetch/hub.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace longclip::hub {
namespace {

constexpr int kMostRedirects = 10;
constexpr std::chrono::seconds kLongestWait{60};

std::string without_trailing_slashes(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_success(long status) { return status >= 200 && status < 300; }

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The hash in an entity tag: W/"..." and "..." are forms of one.
std::string hash_of_tag(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  std::string hash(tag);
  for (char& c : hash) c = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  return hash;
}

bool is_web_page(const Response& response) { return response.header("content-type").starts_with("text/html"); }

// Where a redirect leads. From the safe web it does not lead out of it.
Url target(const Url& from, const std::string& location) {
  Url to = from.resolve(location);
  if (from.secure() && !to.secure()) {
    throw InvalidFile(from.origin() + ": redirects to " + to.origin() +
                      ", which anyone could read and change: check HF_ENDPOINT");
  }
  return to;
}

// Where the body of an answer begins in the file. Content-Range is "bytes FIRST-LAST/TOTAL".
std::optional<std::uint64_t> first_byte(const Response& response) {
  if (response.status == 200) return 0;
  const std::string range = response.header("content-range");
  constexpr std::string_view unit = "bytes ";
  if (!range.starts_with(unit)) return std::nullopt;
  return parse_number(std::string_view(range).substr(unit.size(), range.find('-') - unit.size()));
}

// How long an answer says that the whole file is.
std::optional<std::uint64_t> whole_size(const Response& response) {
  if (response.status == 200) return parse_number(response.header("content-length"));
  const std::string range = response.header("content-range");
  const auto slash = range.find('/');
  return slash == std::string::npos ? std::nullopt : parse_number(std::string_view(range).substr(slash + 1));
}

// An answer's status, and what the hub has to say of it, as plain text.
std::string describe(const Response& response) {
  constexpr std::size_t longest = 200;
  std::string words = response.header("x-error-message").substr(0, longest);
  for (char& c : words) c = c < ' ' || c > '~' ? '?' : c;
  return std::to_string(response.status) + (words.empty() ? "" : ": " + words);
}

// Retry-After: seconds, or a date (RFC 9110, section 10.2.3).
std::chrono::seconds wait_of(const Response& response) {
  const std::string text = response.header("retry-after");
  if (const auto seconds = parse_number(text)) {
    return std::min(kLongestWait, std::chrono::seconds(std::min<std::uint64_t>(*seconds, 3600)));
  }
  const auto date = parse_date(text);
  if (!date) return std::chrono::seconds(0);
  const auto now = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now());
  return std::clamp(*date - now, std::chrono::seconds(0), kLongestWait);
}

}  // namespace

Hub::Hub(const std::string& endpoint, const std::string& token, const Timeouts& timeouts)
    : endpoint_(endpoint), token_(token), timeouts_(timeouts) {
  const bool sendable = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!sendable) {
    throw InvalidInput("the token of HF_TOKEN or of the hub's login holds characters that no token has: copy it again");
  }
}

RemoteFile Hub::locate(const std::string& repository, const std::string& file, const Watch& watch) const {
  // A compressed answer would state the compressed size.
  Request request{Url(without_trailing_slashes(endpoint_.text()) + "/" + repository + "/resolve/main/" + file),
                  true,
                  {"Accept-Encoding: identity"},
                  {},
                  watch};
  // The hub describes the file in the very answer that redirects to its content.
  const Answer answer =
      ask(std::move(request), [](const Response& response) { return !response.header("x-linked-etag").empty(); });
  const Response& response = answer.response;
  if (!is_redirect(response.status)) require_success(answer, repository);
  const std::string linked = response.header("x-linked-etag");
  const std::string hash = hash_of_tag(linked.empty() ? response.header("etag") : linked);
  if (hash.size() != 64 || !is_hexadecimal(hash)) {
    const std::string reason = is_web_page(response) ? "answers with a web page"
                                                     : "does not state the SHA-256 of " + file + ", as a hub would";
    throw InvalidFile(answer.url.origin() + ": " + reason +
                      ": check HF_ENDPOINT, and whether a proxy or a login page stands between");
  }
  const std::string location = is_redirect(response.status) ? response.header("location") : "";
  RemoteFile remote{location.empty() ? answer.url : target(answer.url, location), hash, 0, ""};
  const std::string size = response.header("x-linked-size");
  // The length of a redirect's own body says nothing.
  remote.size = parse_number(size.empty() && location.empty() ? response.header("content-length") : size).value_or(0);
  const std::string commit = response.header("x-repo-commit");
  if (commit.size() <= 64 && is_hexadecimal(commit)) remote.commit = commit;
  return remote;
}

void Hub::read(const RemoteFile& file, std::uint64_t offset, const Receive& receive, const Watch& watch) const {
  Request request{file.url, false, {"Accept-Encoding: identity"}, {}, watch};
  if (offset > 0) request.headers.push_back("Range: bytes=" + std::to_string(offset) + "-");
  std::optional<std::uint64_t> position;
  request.body = [&](const Response& response, std::span<const std::byte> bytes) {
    if (response.status != 200 && response.status != 206) return;  // what an error has to say
    if (!position) {
      if (is_web_page(response)) {
        throw InvalidFile(file.url.origin() +
                          ": sends a web page in place of the file: a proxy or a login page stands between: sign in "
                          "there, or check HF_ENDPOINT");
      }
      position = first_byte(response);
      if (!position || *position > offset) {
        throw InvalidFile(file.url.origin() +
                          ": sends another part of the file than it was asked for: check HF_ENDPOINT");
      }
      const auto size = whole_size(response);
      if (size && file.size != 0 && *size != file.size) {
        throw InvalidFile(
            file.url.origin() + ": sends a file of " + std::to_string(*size) + " bytes, not the one of " +
            std::to_string(file.size) +
            " that the hub states: check HF_ENDPOINT, and whether a proxy or a login page stands between");
      }
    }
    receive(*position, bytes);
    *position += bytes.size();
  };
  const Answer answer = ask(std::move(request), [](const Response&) { return false; });
  if (answer.response.status == 416) {
    receive(0, {});  // there are no bytes from `offset` on, so what came before is not this file's
    throw Outage(Outage::Kind::broken, answer.url.origin() + " has less of the file than was there");
  }
  // The hub signs addresses for some minutes: it is asked anew, and says what else is wrong.
  if (!is_success(answer.response.status)) {
    throw Outage(Outage::Kind::broken, answer.url.origin() + " answered " + describe(answer.response),
                 wait_of(answer.response));
  }
}

Hub::Answer Hub::ask(Request request, const std::function<bool(const Response&)>& enough) const {
  for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
    Request sent = request;
    if (!token_.empty() && sent.url.origin() == origin()) sent.headers.push_back("Authorization: Bearer " + token_);
    Answer answer{sent.url, exchange(sent, timeouts_)};
    const std::string location = answer.response.header("location");
    if (!is_redirect(answer.response.status) || location.empty() || enough(answer.response)) return answer;
    request.url = target(answer.url, location);
  }
  throw InvalidFile(request.url.origin() + ": redirects in a circle: check HF_ENDPOINT");
}

void Hub::require_success(const Answer& answer, const std::string& repository) const {
  const long status = answer.response.status;
  if (is_success(status)) return;
  const std::string answered = answer.url.origin() + " answered " + describe(answer.response);
  if (status >= 500 || status == 408 || status == 429) {
    throw Outage(Outage::Kind::broken, answered, wait_of(answer.response));
  }
  const std::string subject = repository + " (" + answered + ")";
  switch (status) {
    case 401:
      if (token_.empty()) {
        throw InvalidFile(subject + ": it is not there, or not for everyone: set HF_TOKEN to a token that may read it");
      }
      throw InvalidFile(subject +
                        ": the token of HF_TOKEN or of the hub's login is not valid for it: renew it, or set "
                        "HF_HUB_DISABLE_IMPLICIT_TOKEN=1 to go without");
    case 403:
      throw InvalidFile(subject + ": access is refused: accept its terms on " + origin() + "/" + repository +
                        " and set HF_TOKEN to a token of that account");
    case 404:
      throw InvalidFile(subject + ": there is no such file: check HF_ENDPOINT");
    default:
      throw InvalidFile(subject + ": the request was refused: check HF_ENDPOINT");
  }
}

}  // namespace longclip::hub
