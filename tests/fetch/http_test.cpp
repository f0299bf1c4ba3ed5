#include "fetch/http.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>

#include "fetch/environment.h"
#include "fetch/http_server.h"

namespace longclip::hub {
namespace {

using longclip::testing::HttpServer;
using longclip::testing::Received;
using longclip::testing::Reply;

class Exchange : public ::testing::Test {
 protected:
  static Request get(const std::string& address) { return {Url(address), false, {}, {}, {}}; }

  longclip::testing::Environment environment_;
};

std::optional<Outage::Kind> outage_of(const Request& request, const Timeouts& timeouts = {}) {
  try {
    exchange(request, timeouts);
  } catch (const Outage& outage) {
    return outage.kind();
  }
  return std::nullopt;
}

TEST_F(Exchange, GivesStatusHeadersAndBody) {
  HttpServer server([](const Received&) {
    return Reply{418, {{"X-Mixed-Case", "  some value "}}, "a body", true, {}, false};
  });
  Request request = get(server.address() + "/a?b=c");
  request.headers = {"X-Asked: yes"};
  std::string body;
  request.body = [&](const Response& response, std::span<const std::byte> bytes) {
    EXPECT_EQ(response.status, 418);
    EXPECT_EQ(response.header("x-mixed-case"), "some value");
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  const Response response = exchange(request, {});
  EXPECT_EQ(response.status, 418);
  EXPECT_EQ(response.header("x-mixed-case"), "some value");
  EXPECT_EQ(response.header("x-other"), "");
  EXPECT_EQ(body, "a body");
  const auto received = server.received();
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].method, "GET");
  EXPECT_EQ(received[0].path, "/a?b=c");
  EXPECT_EQ(received[0].headers.at("x-asked"), "yes");
  EXPECT_TRUE(received[0].headers.at("user-agent").starts_with("longclip/"));
}

TEST_F(Exchange, AsksForNoBodyByHead) {
  HttpServer server([](const Received&) { return Reply{200, {}, "a body", true, {}, false}; });
  Request request = get(server.address());
  request.head = true;
  request.body = [](const Response&, std::span<const std::byte>) { ADD_FAILURE(); };
  EXPECT_EQ(exchange(request, {}).header("content-length"), "6");
  EXPECT_EQ(server.received().at(0).method, "HEAD");
}

TEST_F(Exchange, FollowsNoRedirect) {
  HttpServer server([](const Received&) { return Reply{302, {{"Location", "/elsewhere"}}, "", true, {}, false}; });
  EXPECT_EQ(exchange(get(server.address()), {}).status, 302);
  EXPECT_EQ(server.received().size(), 1u);
}

TEST_F(Exchange, IsUnreachableWhereNobodyListens) {
  EXPECT_EQ(outage_of(get(longclip::testing::closed_address())), Outage::Kind::unreachable);
}

TEST_F(Exchange, IsBrokenByACut) {
  HttpServer server([](const Received&) { return Reply{200, {}, "a body", true, 3, false}; });
  EXPECT_EQ(outage_of(get(server.address())), Outage::Kind::broken);
}

TEST_F(Exchange, IsBrokenByAStall) {
  HttpServer server([](const Received&) { return Reply{200, {}, "a body", true, 3, true}; });
  const Timeouts timeouts{std::chrono::seconds(15), std::chrono::seconds(1)};
  EXPECT_EQ(outage_of(get(server.address()), timeouts), Outage::Kind::broken);
}

TEST_F(Exchange, ThrowsWhatTheCallersFunctionsThrow) {
  HttpServer server([](const Received&) { return Reply{200, {}, "a body", true, {}, false}; });
  Request request = get(server.address());
  request.body = [](const Response&, std::span<const std::byte>) { throw std::logic_error("body"); };
  EXPECT_EQ(longclip::testing::message_of<std::logic_error>([&] { exchange(request, {}); }), "body");
  request.body = {};
  request.watch = [] { throw std::logic_error("watch"); };
  EXPECT_EQ(longclip::testing::message_of<std::logic_error>([&] { exchange(request, {}); }), "watch");
}

TEST_F(Exchange, CanBeStoppedWhileNothingComes) {
  HttpServer server([](const Received&) { return Reply{200, {}, "a body", true, 3, true}; });
  Request request = get(server.address());
  bool begun = false;
  request.body = [&](const Response&, std::span<const std::byte>) { begun = true; };
  request.watch = [&] {
    if (begun) throw std::logic_error("stop");
  };
  EXPECT_EQ(longclip::testing::message_of<std::logic_error>([&] { exchange(request, {}); }), "stop");
}

TEST_F(Exchange, RefusesHeadersWithoutEnd) {
  HttpServer server([](const Received&) {
    Reply reply;
    for (int i = 0; i < 1000; ++i) reply.headers.emplace_back("X-" + std::to_string(i), "y");
    return reply;
  });
  EXPECT_THROW(exchange(get(server.address()), {}), InvalidFile);
}

}  // namespace
}  // namespace longclip::hub
