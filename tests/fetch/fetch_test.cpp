#include <gtest/gtest.h>

#include <longclip/convert.h>
#include <longclip/error.h>
#include <longclip/fetch.h>

#include "fetch/environment.h"
#include "fetch/fake_hub.h"
#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip {
namespace {

class Fetch : public ::testing::Test {
 protected:
  void SetUp() override { environment_.set("LONGCLIP_HOME", home_.path()); }

  testing::Environment environment_;
  testing::TemporaryFolder home_;
};

TEST_F(Fetch, MakesAPackageOfAPublishedCheckpoint) {
  testing::FakeHub fake(golden::read_bytes(golden::model("longclip248.safetensors")));
  FetchOptions options;
  options.endpoint = fake.endpoint();
  options.precision = Precision::fp16;
  const auto package = fetch("longclip-b", options);
  EXPECT_EQ(find_package("longclip-b"), package);
  const Inspection inspection = inspect(package);
  EXPECT_EQ(inspection.kind, "package");
  EXPECT_EQ(inspection.architecture.context_length, 248);
  EXPECT_EQ(inspection.precision, "fp16");
}

TEST_F(Fetch, KnowsThePublishedModels) {
  for (const auto& [name, path] : {std::pair("longclip-b", "/BeichenZhang/LongCLIP-B/resolve/main/longclip-B.pt"),
                                   std::pair("longclip-l", "/BeichenZhang/LongCLIP-L/resolve/main/longclip-L.pt")}) {
    testing::FakeHub fake("");
    fake.at_description = [](int, const testing::Received&, testing::Reply& reply) {
      reply = {404, {}, "", true, {}, false};
    };
    FetchOptions options;
    options.endpoint = fake.endpoint();
    EXPECT_THROW(fetch(name, options), InvalidFile);
    EXPECT_EQ(fake.descriptions().at(0).path, path);
  }
}

TEST_F(Fetch, NamesThePublishedModelsToWhoAsksForAnother) {
  EXPECT_EQ(testing::message_of<InvalidInput>([] { fetch("longclip-xxl"); }),
            "'longclip-xxl' is no published model: there are longclip-b, longclip-l");
}

}  // namespace
}  // namespace longclip
