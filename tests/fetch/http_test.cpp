#include "fetch/http.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <stdexcept>

#include "fetch/environment.h"
#include "fetch/http_server.h"
#include "fetch/tls.h"
#include "temporary_folder.h"

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

TEST_F(Exchange, GoesThroughTheProxyOfTheEnvironment) {
  HttpServer proxy([](const Received&) { return Reply{}; });
  environment_.unset("no_proxy");
  environment_.set("http_proxy", proxy.address());
  EXPECT_EQ(exchange(get("http://hub.example/a"), {}).status, 200);
  EXPECT_EQ(proxy.received().at(0).path, "http://hub.example/a");
}

TEST_F(Exchange, IsUnreachableWhereTheProxyRefuses) {
  HttpServer proxy([](const Received&) { return Reply{403, {}, "", true, {}, false}; });
  environment_.unset("no_proxy");
  environment_.set("https_proxy", proxy.address());
  EXPECT_EQ(outage_of(get("https://hub.example/a")), Outage::Kind::unreachable);
  EXPECT_EQ(proxy.received().at(0).method, "CONNECT");
}

// A server with a certificate that nobody has vouched for.
class ExchangeByTls : public Exchange {
 protected:
  std::string refusal(const std::string& address) const {
    return longclip::testing::message_of<InvalidFile>([&] { exchange(get(address), {}); });
  }

  std::filesystem::path certificate() const {
    std::ofstream(folder_ / "certificate.pem") << tls_.certificate();
    return folder_ / "certificate.pem";
  }

  longclip::testing::TemporaryFolder folder_;
  longclip::testing::TlsServer tls_;
  HttpServer server_{[](const Received&) { return Reply{200, {}, "a body", true, {}, false}; }, &tls_};
};

TEST_F(ExchangeByTls, RefusesACertificateThatNobodyVouchesFor) {
  const std::string message = refusal(server_.address());
  EXPECT_EQ(message.find(server_.address() + ": its certificate is not trusted ("), 0u) << message;
  EXPECT_NE(message.find("SSL_CERT_FILE"), std::string::npos) << message;
  EXPECT_TRUE(server_.received().empty());
}

TEST_F(ExchangeByTls, TrustsCertificatesThatTheEnvironmentNames) {
  for (const char* variable : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    environment_.set(variable, certificate());
    EXPECT_EQ(exchange(get(server_.address()), {}).status, 200) << variable;
    environment_.unset(variable);
    EXPECT_NE(refusal(server_.address()).find("is not trusted"), std::string::npos);
  }
}

TEST_F(ExchangeByTls, RefusesTheCertificateOfAnotherHost) {
  environment_.set("SSL_CERT_FILE", certificate());
  EXPECT_NE(refusal(server_.address("localhost")).find("is not trusted"), std::string::npos);
}

TEST_F(ExchangeByTls, IsUnreachableWhereTheServerDoesNotSpeakIt) {
  HttpServer plain([](const Received&) { return Reply{}; });
  EXPECT_EQ(outage_of(get("https" + plain.address().substr(4))), Outage::Kind::unreachable);
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
