#include "fetch/download.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include <longclip/error.h>

#include "fetch/environment.h"
#include "fetch/fake_hub.h"
#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip::hub {
namespace {

using longclip::testing::FakeHub;
using longclip::testing::message_of;
using longclip::testing::numbers;
using longclip::testing::Received;
using longclip::testing::Reply;
using longclip::testing::sha256_of;

constexpr std::size_t kSize = 2000000;

class DownloadTest : public ::testing::Test {
 protected:
  Download run() { return download(Hub(fake_.endpoint(), ""), model_, folder_.path(), progress_, patience_); }

  void expect_whole(const Download& done) const {
    EXPECT_TRUE(golden::read_bytes(done.path) == fake_.content);
    EXPECT_EQ(done.file.sha256, fake_.sha256);
  }

  template <class Exception = InvalidFile>
  std::string refusal() {
    return message_of<Exception>([&] { run(); });
  }

  // What is there of the download, or nothing.
  std::optional<std::string> part() const {
    const auto path = folder_ / (model_.file + "." + fake_.sha256 + ".part");
    if (!std::filesystem::exists(path)) return std::nullopt;
    return golden::read_bytes(path);
  }

  void write_part(const std::string& bytes) const {
    std::ofstream(folder_ / (model_.file + "." + fake_.sha256 + ".part"), std::ios::binary) << bytes;
  }

  // The ranges that were asked for; "" is the whole file.
  std::vector<std::string> ranges() const {
    std::vector<std::string> result;
    for (const auto& request : fake_.contents()) {
      const auto range = request.headers.find("range");
      result.push_back(range == request.headers.end() ? "" : range->second);
    }
    return result;
  }

  longclip::testing::Environment environment_;
  longclip::testing::TemporaryFolder folder_;
  FakeHub fake_{numbers(kSize)};
  PublishedModel model_{"longclip-b", "BeichenZhang/LongCLIP-B", "longclip-B.pt"};
  std::function<bool(std::uint64_t, std::uint64_t)> progress_;
  Patience patience_{3, std::chrono::milliseconds(1)};
};

TEST_F(DownloadTest, BringsTheFileAndTellsOfProgress) {
  std::uint64_t last = 0;
  progress_ = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_GE(done, last);
    EXPECT_TRUE(total == kSize || (total == 0 && done == 0));  // unknown until the hub has answered
    last = done;
    return true;
  };
  expect_whole(run());
  EXPECT_EQ(last, kSize);
}

TEST_F(DownloadTest, GoesOnAfterEachCut) {
  fake_.at_content = [](int count, const Received&, Reply& reply) {
    if (count < 6) reply.cut_after = 300000;  // more cuts than tries, each of which gets further
  };
  expect_whole(run());
  EXPECT_EQ(ranges(), (std::vector<std::string>{"", "bytes=300000-", "bytes=600000-", "bytes=900000-", "bytes=1200000-",
                                                "bytes=1500000-", "bytes=1800000-"}));
}

TEST_F(DownloadTest, AsksTheHubForAFreshAddressEachTime) {
  fake_.at_content = [](int count, const Received&, Reply& reply) {
    if (count == 0) reply.cut_after = 300000;
    if (count == 1) reply = {403, {}, "the signature has expired", true, {}, false};
  };
  expect_whole(run());
  EXPECT_EQ(fake_.descriptions().size(), 3u);
}

TEST_F(DownloadTest, GoesOnWithWhatAnEarlierCallLeft) {
  write_part(fake_.content.substr(0, 777));
  expect_whole(run());
  EXPECT_EQ(ranges(), std::vector<std::string>{"bytes=777-"});
}

TEST_F(DownloadTest, AsksForNothingThatIsThere) {
  write_part(fake_.content);
  expect_whole(run());
  EXPECT_TRUE(fake_.contents().empty());
}

TEST_F(DownloadTest, BeginsAnewWhereThePartIsLongerThanTheFile) {
  write_part(fake_.content + "and more");
  expect_whole(run());
  EXPECT_EQ(ranges(), std::vector<std::string>{""});
}

TEST_F(DownloadTest, BeginsAnewWhereThePartIsDamaged) {
  for (const std::size_t size : {kSize / 2, kSize}) {
    const std::size_t asked = ranges().size();
    write_part(std::string(size, '\0'));  // as a power cut leaves it
    expect_whole(run());
    const bool has_rest = size < kSize;
    EXPECT_EQ(ranges().size(), asked + (has_rest ? 2 : 1));
    EXPECT_EQ(ranges().back(), "");
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directories(folder_.path());
  }
}

TEST_F(DownloadTest, BeginsAnewOnceOnly) {
  write_part(std::string(kSize, '\0'));
  fake_.at_content = [](int, const Received&, Reply& reply) { reply.body[12345] ^= 1; };
  EXPECT_NE(refusal().find("its SHA-256 is not the one"), std::string::npos);
  EXPECT_EQ(part(), std::nullopt);
  EXPECT_EQ(ranges().size(), 1u);
}

TEST_F(DownloadTest, KeepsNothingOfAFileOfAnotherSize) {
  fake_.at_content = [](int, const Received&, Reply& reply) { reply.body = "version https://git-lfs..."; };
  EXPECT_NE(refusal().find("sends a file of 26 bytes, not the one of 2000000"), std::string::npos);
  EXPECT_EQ(part().value_or(""), "");
  EXPECT_EQ(ranges().size(), 1u);
}

TEST_F(DownloadTest, BeginsAnewWhereTheServerKnowsNoRanges) {
  fake_.at_content = [this](int count, const Received&, Reply& reply) {
    reply = {200, {}, fake_.content, true, count == 0 ? std::optional<std::size_t>(300000) : std::nullopt, false};
  };
  expect_whole(run());
}

TEST_F(DownloadTest, EndsWhereTheServerKnowsNoRangesAndAlwaysCuts) {
  fake_.at_content = [this](int, const Received&, Reply& reply) {
    reply = {200, {}, fake_.content, true, 300000, false};
  };
  EXPECT_NE(refusal().find("the download broke off after 1 MB"), std::string::npos);
  EXPECT_EQ(fake_.contents().size(), 3u);
}

TEST_F(DownloadTest, BeginsAnewWhereTheFileHasChanged) {
  const std::string changed = numbers(kSize + 10).substr(10);
  fake_.at_content = [&](int count, const Received&, Reply& reply) {
    if (count != 0) return;
    reply.cut_after = 300000;
    fake_.content = changed;
    fake_.sha256 = sha256_of(changed);
  };
  expect_whole(run());
  EXPECT_EQ(ranges(), (std::vector<std::string>{"", ""}));
}

TEST_F(DownloadTest, BeginsAnewWhereTheServerHasLess) {
  fake_.at_description = [](int, const Received&, Reply& reply) {
    std::erase_if(reply.headers, [](const auto& header) { return header.first == "X-Linked-Size"; });
  };
  write_part(fake_.content + "and more");
  expect_whole(run());
  EXPECT_EQ(ranges(), (std::vector<std::string>{"bytes=" + std::to_string(kSize + 8) + "-", ""}));
}

TEST_F(DownloadTest, TakesAFileWhoseSizeNobodyStates) {
  fake_.at_description = [](int, const Received&, Reply& reply) {
    std::erase_if(reply.headers, [](const auto& header) { return header.first == "X-Linked-Size"; });
  };
  fake_.at_content = [](int, const Received&, Reply& reply) { reply.states_length = false; };
  progress_ = [](std::uint64_t, std::uint64_t total) {
    EXPECT_EQ(total, 0u);
    return true;
  };
  expect_whole(run());
}

TEST_F(DownloadTest, NoticesACutThatNoLengthTells) {
  fake_.at_content = [](int count, const Received&, Reply& reply) {
    reply.states_length = false;
    if (count == 0) reply.cut_after = 300000;
  };
  expect_whole(run());
  EXPECT_EQ(ranges(), (std::vector<std::string>{"", "bytes=300000-"}));
}

TEST_F(DownloadTest, RefusesAndRemovesAFileOfAnotherHash) {
  std::string damaged = fake_.content;
  damaged[12345] ^= 1;
  fake_.at_content = [&](int, const Received&, Reply& reply) { reply.body = damaged; };
  EXPECT_EQ(refusal(),
            "longclip-b: its SHA-256 is not the one that the hub states, and it was removed: fetch it again");
  EXPECT_EQ(part(), std::nullopt);
  fake_.at_content = [](int, const Received&, Reply&) {};
  expect_whole(run());
}

TEST_F(DownloadTest, RecognisesAPageInPlaceOfTheFile) {
  std::string page = "\n<!DOCTYPE html><html><body>Please log in</body></html>";
  page.resize(kSize, ' ');
  fake_.at_content = [&](int, const Received&, Reply& reply) { reply.body = page; };
  EXPECT_NE(refusal().find("a web page came in place of it"), std::string::npos);
  EXPECT_EQ(part(), std::nullopt);
}

TEST_F(DownloadTest, RecognisesAnLfsPointerInPlaceOfTheFile) {
  const std::string pointer =
      "version https://git-lfs.github.com/spec/v1\noid sha256:" + fake_.sha256 + "\nsize 2000000\n";
  fake_.at_description = [](int, const Received&, Reply& reply) {
    std::erase_if(reply.headers, [](const auto& header) { return header.first == "X-Linked-Size"; });
  };
  fake_.at_content = [&](int, const Received&, Reply& reply) { reply.body = pointer; };
  EXPECT_NE(refusal().find("a Git LFS pointer came in place of it"), std::string::npos);
  EXPECT_EQ(part(), std::nullopt);
}

TEST_F(DownloadTest, RefusesMoreThanTheHubStates) {
  fake_.at_content = [this](int, const Received&, Reply& reply) {
    reply.body = fake_.content + "x";
    reply.states_length = false;
  };
  EXPECT_NE(refusal().find("sends more than the 2000000 bytes"), std::string::npos);
  EXPECT_EQ(part(), std::nullopt);
}

TEST_F(DownloadTest, TriesAgainWhereTheServerIsBusy) {
  fake_.at_description = [](int count, const Received&, Reply& reply) {
    if (count == 0) reply = {500, {}, "", true, {}, false};
    if (count == 1) reply = {503, {}, "", true, {}, false};
  };
  expect_whole(run());
}

TEST_F(DownloadTest, GivesUpWhereTheServerStaysBusy) {
  fake_.at_description = [](int, const Received&, Reply& reply) { reply = {503, {}, "", true, {}, false}; };
  EXPECT_EQ(refusal(), "longclip-b: nothing came (" + fake_.endpoint() +
                           " answered 503): try again later, or make a package of a file at hand: longclip convert "
                           "longclip-B.pt longclip-b");
  EXPECT_EQ(fake_.descriptions().size(), 3u);
}

TEST_F(DownloadTest, DoesNotTryAgainWhereAccessIsRefused) {
  fake_.at_description = [](int, const Received&, Reply& reply) { reply = {401, {}, "", true, {}, false}; };
  EXPECT_NE(refusal().find("HF_TOKEN"), std::string::npos);
  EXPECT_EQ(fake_.descriptions().size(), 1u);
}

TEST_F(DownloadTest, StopsWhenProgressSaysSoAndGoesOnLater) {
  progress_ = [](std::uint64_t done, std::uint64_t) { return done == 0; };
  EXPECT_NE(refusal<Error>().find("longclip-b: stopped after 1 MB: fetch it again"), std::string::npos);
  const std::size_t kept = part().value_or("").size();
  EXPECT_GT(kept, 0u);
  EXPECT_LT(kept, kSize);
  progress_ = {};
  expect_whole(run());
  EXPECT_EQ(ranges(), (std::vector<std::string>{"", "bytes=" + std::to_string(kept) + "-"}));
}

TEST_F(DownloadTest, StopsWhileItWaitsForTheNextTry) {
  patience_.first_wait = std::chrono::hours(1);
  fake_.at_description = [](int, const Received&, Reply& reply) { reply = {503, {}, "", true, {}, false}; };
  progress_ = [this](std::uint64_t, std::uint64_t) { return fake_.descriptions().empty(); };
  EXPECT_NE(refusal<Error>().find("stopped"), std::string::npos);
}

TEST_F(DownloadTest, SaysWhatToDoWithoutANetwork) {
  const std::string address = longclip::testing::closed_address();
  const std::string message =
      message_of<InvalidFile>([&] { download(Hub(address, ""), model_, folder_.path(), progress_, patience_); });
  EXPECT_EQ(message.find("longclip-b: " + address + " cannot be reached ("), 0u) << message;
  EXPECT_NE(message.find("longclip convert longclip-B.pt longclip-b"), std::string::npos) << message;
}

TEST_F(DownloadTest, KeepsThePartWhereTheNetworkGoesMeanwhile) {
  const std::string gone = longclip::testing::closed_address();
  fake_.at_content = [](int, const Received&, Reply& reply) { reply.cut_after = 300000; };
  fake_.at_description = [&](int count, const Received&, Reply& reply) {
    if (count == 0) return;
    std::erase_if(reply.headers, [](const auto& header) { return header.first == "Location"; });
    reply.headers.emplace_back("Location", gone + "/content");
  };
  EXPECT_NE(refusal().find("the download broke off after 1 MB"), std::string::npos);
  EXPECT_EQ(part(), fake_.content.substr(0, 300000));
}

TEST_F(DownloadTest, AsksForRoomBeforeItBegins) {
  fake_.at_description = [](int, const Received&, Reply& reply) {
    std::erase_if(reply.headers, [](const auto& header) { return header.first == "X-Linked-Size"; });
    reply.headers.emplace_back("X-Linked-Size", "9000000000000000000");
  };
  EXPECT_NE(refusal().find("make room, or set LONGCLIP_HOME"), std::string::npos);
  EXPECT_TRUE(fake_.contents().empty());
}

TEST_F(DownloadTest, SaysWhenTheDiskIsFull) {
  std::filesystem::create_symlink("/dev/full", folder_ / (model_.file + "." + fake_.sha256 + ".part"));
  EXPECT_NE(refusal().find("No space left on device"), std::string::npos);
}

}  // namespace
}  // namespace longclip::hub
