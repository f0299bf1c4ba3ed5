#include "fetch/hub.h"

#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <fstream>

#include <longclip/error.h>

#include "fetch/environment.h"
#include "fetch/fake_hub.h"
#include "fetch/tls.h"
#include "temporary_folder.h"

namespace longclip::hub {
namespace {

using longclip::testing::FakeHub;
using longclip::testing::message_of;
using longclip::testing::numbers;
using longclip::testing::Received;
using longclip::testing::Reply;

void set_header(Reply& reply, const std::string& name, const std::string& value) {
  std::erase_if(reply.headers, [&](const auto& header) { return header.first == name; });
  if (!value.empty()) reply.headers.emplace_back(name, value);
}

class HubTest : public ::testing::Test {
 protected:
  RemoteFile locate(const std::string& token = "") {
    return Hub(fake_.endpoint(), token).locate("BeichenZhang/LongCLIP-B", "longclip-B.pt", [] {});
  }
  template <class Exception>
  std::string refusal(const std::string& token = "") {
    return message_of<Exception>([&] { locate(token); });
  }
  // The content from `offset` on, and where it was said to begin.
  std::pair<std::string, std::uint64_t> read(std::uint64_t offset, const std::string& token = "") {
    const Hub hub(fake_.endpoint(), token);
    const RemoteFile file = hub.locate("BeichenZhang/LongCLIP-B", "longclip-B.pt", [] {});
    std::string bytes;
    std::uint64_t begin = 0;
    const auto receive = [&](std::uint64_t at, std::span<const std::byte> piece) {
      if (bytes.empty()) begin = at;
      EXPECT_EQ(at, begin + bytes.size());
      bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    };
    hub.read(file, offset, receive, [] {});
    return {bytes, begin};
  }

  longclip::testing::Environment environment_;
  FakeHub fake_{numbers(3000000)};
};

using Locate = HubTest;
using Read = HubTest;

TEST_F(Locate, ReadsWhatTheHubStates) {
  const RemoteFile file = locate();
  EXPECT_EQ(file.sha256, fake_.sha256);
  EXPECT_EQ(file.size, 3000000u);
  EXPECT_EQ(file.commit, "0123456789abcdef0123456789abcdef01234567");
  EXPECT_TRUE(file.url.origin().starts_with("http://localhost:"));
  const auto asked = fake_.descriptions();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].method, "HEAD");
  EXPECT_EQ(asked[0].path, "/BeichenZhang/LongCLIP-B/resolve/main/longclip-B.pt");
  EXPECT_EQ(asked[0].headers.at("accept-encoding"), "identity");
  EXPECT_FALSE(asked[0].headers.contains("authorization"));
}

TEST_F(Locate, TakesAnEndpointWithAPathAndSlashes) {
  const Hub hub(fake_.endpoint() + "/api/hf//", "");
  EXPECT_EQ(hub.locate("BeichenZhang/LongCLIP-B", "longclip-B.pt", [] {}).sha256, fake_.sha256);
  EXPECT_EQ(fake_.descriptions().at(0).path, "/api/hf/BeichenZhang/LongCLIP-B/resolve/main/longclip-B.pt");
}

TEST_F(Locate, FollowsARenamedRepository) {
  fake_.at_description = [](int count, const Received&, Reply& reply) {
    if (count == 0) reply = {307, {{"Location", "/New/Name/resolve/main/longclip-B.pt"}}, "", true, {}, false};
  };
  EXPECT_EQ(locate("hf_token").sha256, fake_.sha256);
  const auto asked = fake_.descriptions();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[1].path, "/New/Name/resolve/main/longclip-B.pt");
  EXPECT_EQ(asked[1].headers.at("authorization"), "Bearer hf_token");
}

TEST_F(Locate, TakesAMirrorThatServesTheFileItself) {
  fake_.at_description = [](int, const Received&, Reply& reply) {
    reply.status = 200;
    set_header(reply, "Location", "");
  };
  const RemoteFile file = locate();
  EXPECT_EQ(file.sha256, fake_.sha256);
  EXPECT_EQ(file.url.text(), fake_.endpoint() + "/BeichenZhang/LongCLIP-B/resolve/main/longclip-B.pt");
}

TEST_F(Locate, TakesAPlainTagThatIsASha256) {
  fake_.at_description = [this](int, const Received&, Reply& reply) {
    reply.status = 200;
    for (const char* name : {"Location", "X-Linked-Etag", "X-Linked-Size", "X-Repo-Commit"})
      set_header(reply, name, "");
    set_header(reply, "ETag", "W/\"" + fake_.sha256 + "\"");
    reply.body = "12345";
  };
  const RemoteFile file = locate();
  EXPECT_EQ(file.sha256, fake_.sha256);
  EXPECT_EQ(file.size, 5u);
  EXPECT_EQ(file.commit, "");
}

TEST_F(Locate, DoesNotTakeTheRedirectsLengthForTheFiles) {
  fake_.at_description = [](int, const Received&, Reply& reply) { set_header(reply, "X-Linked-Size", ""); };
  EXPECT_EQ(locate().size, 0u);
}

TEST_F(Locate, RefusesAServerThatStatesNoSha256) {
  fake_.at_description = [](int, const Received&, Reply& reply) { set_header(reply, "X-Linked-Etag", "\"abc\""); };
  EXPECT_NE(refusal<InvalidFile>().find("does not state the SHA-256 of longclip-B.pt"), std::string::npos);
}

TEST_F(Locate, RecognisesAWebPage) {
  fake_.at_description = [](int, const Received&, Reply& reply) {
    reply = {200, {{"Content-Type", "text/html; charset=utf-8"}}, "<html>", true, {}, false};
  };
  EXPECT_NE(refusal<InvalidFile>().find("answers with a web page"), std::string::npos);
}

TEST_F(Locate, SaysWhatToDoWhereAccessIsRefused) {
  int status = 401;
  fake_.at_description = [&](int, const Received&, Reply& reply) { reply = {status, {}, "", true, {}, false}; };
  EXPECT_NE(refusal<InvalidFile>().find("set HF_TOKEN"), std::string::npos);
  EXPECT_NE(refusal<InvalidFile>("hf_token").find("the token of HF_TOKEN or of the hub's login is not valid"),
            std::string::npos);
  status = 403;
  EXPECT_NE(refusal<InvalidFile>().find("accept its terms on " + fake_.endpoint() + "/BeichenZhang/LongCLIP-B"),
            std::string::npos);
  status = 404;
  EXPECT_NE(refusal<InvalidFile>().find("there is no such file"), std::string::npos);
  status = 400;
  EXPECT_NE(refusal<InvalidFile>().find("answered 400"), std::string::npos);
  EXPECT_EQ(refusal<InvalidFile>("hf_token").find("hf_token"), std::string::npos);
}

TEST_F(Locate, RepeatsWhatTheHubSays) {
  fake_.at_description = [](int, const Received&, Reply& reply) {
    reply = {403, {{"X-Error-Message", "Access is restricted.\x1b[1m"}}, "", true, {}, false};
  };
  EXPECT_EQ(refusal<InvalidFile>().find("BeichenZhang/LongCLIP-B (" + fake_.endpoint() +
                                        " answered 403: Access is restricted.?[1m): access is refused"),
            0u)
      << refusal<InvalidFile>();
}

TEST_F(Locate, DoesNotTryAgainWhereTheHostItWasSentToHasNoSuchFile) {
  const std::string elsewhere = fake_.endpoint();
  fake_.at_description = [&](int, const Received& request, Reply& reply) {
    reply = request.path == "/moved" ? Reply{404, {}, "", true, {}, false}
                                     : Reply{301, {{"Location", elsewhere + "/moved"}}, "", true, {}, false};
  };
  const std::string here = "http://localhost" + elsewhere.substr(elsewhere.rfind(':'));
  const std::string message = message_of<InvalidFile>([&] { Hub(here, "").locate("a/b", "c.pt", [] {}); });
  EXPECT_EQ(message, "a/b (" + elsewhere + " answered 404): there is no such file: check HF_ENDPOINT");
}

TEST_F(Locate, IsNotLedOutOfTheSafeWeb) {
  const longclip::testing::TlsServer tls;
  const longclip::testing::TemporaryFolder folder;
  std::ofstream(folder / "certificate.pem") << tls.certificate();
  environment_.set("SSL_CERT_FILE", folder / "certificate.pem");
  for (const bool describes : {false, true}) {
    const longclip::testing::HttpServer server(
        [&](const Received&) {
          Reply reply{302, {{"Location", "http://127.0.0.1/content"}}, "", true, {}, false};
          if (describes) reply.headers.emplace_back("X-Linked-Etag", "\"" + fake_.sha256 + "\"");
          return reply;
        },
        &tls);
    const std::string message =
        message_of<InvalidFile>([&] { Hub(server.address(), "").locate("a/b", "c.pt", [] {}); });
    EXPECT_NE(message.find("redirects to http://127.0.0.1, which anyone could read and change"), std::string::npos)
        << message;
  }
}

TEST_F(Locate, IsAnOutageWhereTheServerIsBusy) {
  for (const int status : {408, 429, 500, 503}) {
    fake_.at_description = [&](int, const Received&, Reply& reply) {
      reply = {status, {{"Retry-After", "7"}}, "", true, {}, false};
    };
    try {
      locate();
      FAIL() << status;
    } catch (const Outage& outage) {
      EXPECT_EQ(outage.kind(), Outage::Kind::broken);
      EXPECT_EQ(outage.wait(), std::chrono::seconds(7));
    }
  }
}

TEST_F(Locate, WaitsForTheDateThatTheServerNames) {
  std::string date;
  fake_.at_description = [&](int, const Received&, Reply& reply) {
    reply = {503, {{"Retry-After", date}}, "", true, {}, false};
  };
  const auto wait = [&] {
    try {
      locate();
    } catch (const Outage& outage) {
      return outage.wait();
    }
    return std::chrono::seconds(-1);
  };
  date = "Fri, 07 Nov 1997 23:59:59 GMT";  // long ago
  EXPECT_EQ(wait(), std::chrono::seconds(0));
  date = "Wed, 31 Dec 2036 23:59:59 GMT";
  EXPECT_EQ(wait(), std::chrono::seconds(60));
  date = "soon";
  EXPECT_EQ(wait(), std::chrono::seconds(0));
  std::array<char, 40> text{};
  const std::time_t soon = std::time(nullptr) + 50;
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&soon));
  date = text.data();
  EXPECT_GT(wait(), std::chrono::seconds(0));
  EXPECT_LE(wait(), std::chrono::seconds(50));
}

TEST_F(Locate, DoesNotWaitForHours) {
  fake_.at_description = [](int, const Received&, Reply& reply) {
    reply = {503, {{"Retry-After", "18446744073709551615"}}, "", true, {}, false};
  };
  try {
    locate();
    FAIL();
  } catch (const Outage& outage) {
    EXPECT_EQ(outage.wait(), std::chrono::seconds(60));
  }
}

TEST_F(Locate, RefusesRedirectsInACircle) {
  fake_.at_description = [](int, const Received& request, Reply& reply) {
    reply = {302, {{"Location", request.path}}, "", true, {}, false};
  };
  EXPECT_NE(refusal<InvalidFile>().find("redirects in a circle"), std::string::npos);
}

TEST_F(Locate, RefusesRedirectsToFiles) {
  fake_.at_description = [](int, const Received&, Reply& reply) {
    set_header(reply, "Location", "file:///etc/passwd");
  };
  EXPECT_THROW(locate(), InvalidFile);
}

TEST_F(HubTest, RefusesATokenThatWouldBreakTheRequest) {
  for (const char* token : {"hf_a\r\nHost: evil", "hf a", "hf_\xc3\xa4"}) {
    EXPECT_THROW(Hub("https://huggingface.co", token), InvalidInput);
  }
  EXPECT_THROW(Hub("huggingface.co", ""), InvalidInput);
}

TEST_F(Read, GivesTheWholeFile) {
  const auto [bytes, begin] = read(0);
  EXPECT_EQ(begin, 0u);
  EXPECT_TRUE(bytes == fake_.content);
  EXPECT_FALSE(fake_.contents().at(0).headers.contains("range"));
}

TEST_F(Read, GivesTheRest) {
  const auto [bytes, begin] = read(1234567);
  EXPECT_EQ(begin, 1234567u);
  EXPECT_TRUE(bytes == fake_.content.substr(1234567));
}

TEST_F(Read, BeginsAnewWhereThereAreNoRanges) {
  fake_.at_content = [this](int, const Received&, Reply& reply) { reply = {200, {}, fake_.content, true, {}, false}; };
  const auto [bytes, begin] = read(1234567);
  EXPECT_EQ(begin, 0u);
  EXPECT_TRUE(bytes == fake_.content);
}

TEST_F(Read, TellsTheTokenToTheEndpointAlone) {
  read(0, "hf_token");
  EXPECT_EQ(fake_.descriptions().at(0).headers.at("authorization"), "Bearer hf_token");
  EXPECT_FALSE(fake_.contents().at(0).headers.contains("authorization"));
}

TEST_F(Read, TellsTheTokenToAnEndpointThatServesTheFileItself) {
  fake_.at_description = [this](int, const Received&, Reply& reply) {
    set_header(reply, "Location", fake_.endpoint() + "/content?signature=secret");
  };
  EXPECT_TRUE(read(0, "hf_token").first == fake_.content);
  EXPECT_EQ(fake_.contents().at(0).headers.at("authorization"), "Bearer hf_token");
}

TEST_F(Read, RecognisesAWebPage) {
  fake_.at_content = [](int, const Received&, Reply& reply) {
    reply = {200, {{"Content-Type", "text/html"}}, "<html>Please log in</html>", true, {}, false};
  };
  EXPECT_NE(message_of<InvalidFile>([&] { read(0); }).find("a web page in place of the file"), std::string::npos);
}

TEST_F(Read, RefusesAnotherRange) {
  for (const char* range : {"bytes 2000000-2999999/3000000", "bytes x-2999999/3000000", "lines 10-20/30", ""}) {
    fake_.at_content = [&](int, const Received&, Reply& reply) { set_header(reply, "Content-Range", range); };
    EXPECT_NE(message_of<InvalidFile>([&] { read(1000); }).find("another part"), std::string::npos) << range;
  }
}

TEST_F(Read, RefusesAFileOfAnotherSize) {
  fake_.at_content = [](int, const Received&, Reply& reply) { reply.body += "x"; };
  const std::string message = message_of<InvalidFile>([&] { read(0); });
  EXPECT_NE(message.find("sends a file of 3000001 bytes, not the one of 3000000"), std::string::npos) << message;
  fake_.at_content = [](int, const Received&, Reply& reply) {
    set_header(reply, "Content-Range", "bytes 1000-2999999/4000000");
  };
  EXPECT_NE(message_of<InvalidFile>([&] { read(1000); }).find("of 4000000 bytes"), std::string::npos);
}

TEST_F(Read, TakesAPartOfAFileWhoseSizeIsNotTold) {
  fake_.at_content = [](int, const Received&, Reply& reply) {
    set_header(reply, "Content-Range", "bytes 1000-2999999/*");
  };
  EXPECT_TRUE(read(1000).first == fake_.content.substr(1000));
}

TEST_F(Read, IsAnOutageWhereTheOtherHostRefuses) {
  fake_.at_content = [](int, const Received&, Reply& reply) { reply = {403, {}, "expired", true, {}, false}; };
  EXPECT_THROW(read(0), Outage);
}

TEST_F(Read, KeepsTheSignedAddressOutOfMessages) {
  fake_.at_content = [](int, const Received&, Reply& reply) { reply = {403, {}, "expired", true, {}, false}; };
  EXPECT_EQ(message_of<Outage>([&] { read(0); }).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace longclip::hub
