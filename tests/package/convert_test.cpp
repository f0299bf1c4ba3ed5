#include <longclip/convert.h>

#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <torch/script.h>

#include <longclip/error.h>
#include <longclip/tokenizer.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/clip_weights.h"
#include "golden/golden.h"
#include "io/sha256.h"
#include "package/make_package.h"
#include "package/package.h"
#include "temporary_folder.h"

namespace longclip {
namespace {

template <class Failure>
std::string reason(const std::function<void()>& call) {
  try {
    call();
  } catch (const Failure& error) {
    return error.what();
  }
  return "";
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(Convert, WritesAPackageWhoseFilesAreThoseOfItsConfig) {
  const testing::TemporaryFolder folder;
  const auto report = convert(golden::model("longclip248.pt"), folder / "tiny");
  EXPECT_FALSE(report.stretched);
  const auto package = package::open_package(folder / "tiny");
  const auto& config = package.config;
  EXPECT_EQ(config.name, "tiny");
  EXPECT_EQ(config.architecture.context_length, 248);
  EXPECT_NEAR(config.logit_scale, 100, 1e-3);
  EXPECT_EQ(config.files.size(), 3U);
  for (const auto& [file, hash] : config.files) EXPECT_EQ(io::sha256_of_file(folder / "tiny" / file), hash) << file;
  EXPECT_NE(config.source.find(io::sha256_of_file(golden::model("longclip248.pt"))), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder / "tiny/README.md"));
  EXPECT_EQ(entries(folder.path()), 1U) << "nothing is left beside the package";
}

TEST(Convert, StretchesA77TokenModelAsTheReferenceDoes) {
  const testing::TemporaryFolder folder;
  const auto report = convert(golden::model("clip77.pt"), folder / "p");
  EXPECT_TRUE(report.stretched);
  EXPECT_EQ(report.positions_before, 77);
  EXPECT_EQ(report.positions_after, 248);
  const auto wanted = golden::read_npy<float>(golden::model("clip77_stretched_positions.npy"));
  const auto module = torch::jit::load((folder / "p/text.pt").string());
  const at::Tensor table = module.attr("positional_embedding").toTensor();
  ASSERT_EQ(table.numel(), static_cast<std::int64_t>(wanted.values.size()));
  for (std::size_t i = 0; i < wanted.values.size(); ++i) {
    ASSERT_EQ(table.const_data_ptr<float>()[i], wanted.values[i]) << i;
  }
  const auto config = package::open_package(folder / "p").config;
  EXPECT_EQ(config.positions.source_length, 77);
  EXPECT_EQ(config.positions.kept, 20);
  EXPECT_EQ(config.positions.ratio, 4);
}

TEST(Convert, LeavesAModelUnstretchedAtRatioOne) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.ratio = 1;
  EXPECT_FALSE(convert(golden::model("clip77.pt"), folder / "p", options).stretched);
  EXPECT_EQ(package::open_package(folder / "p").config.architecture.context_length, 77);
}

TEST(Convert, TakesKeptAndRatioFromTheCaller) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.kept = 10;
  options.ratio = 2;
  EXPECT_EQ(convert(golden::model("clip77.pt"), folder / "p", options).positions_after, 2 * 77 - 10);
}

TEST(Convert, OneTowerAlone) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.towers = Towers::vision;
  convert(golden::model("longclip248.safetensors"), folder / "vision", options);
  EXPECT_FALSE(std::filesystem::exists(folder / "vision/text.pt"));
  EXPECT_FALSE(package::open_package(folder / "vision").config.has_text);
  options.towers = Towers::text;
  convert(golden::model("longclip248.safetensors"), folder / "text", options);
  EXPECT_FALSE(std::filesystem::exists(folder / "text/vision.pt"));
  EXPECT_FALSE(package::open_package(folder / "text").config.has_vision);
}

TEST(Convert, RoundsMatricesOnlyToTheAskedPrecision) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.precision = Precision::fp16;
  convert(golden::model("longclip248.pt"), folder / "p", options);
  const auto vision = torch::jit::load((folder / "p/vision.pt").string()).attr("visual").toModule();
  EXPECT_EQ(vision.attr("proj").toTensor().scalar_type(), at::kHalf);
  EXPECT_EQ(vision.attr("positional_embedding").toTensor().scalar_type(), at::kFloat);
}

TEST(Convert, NeverReplacesWhatItIsNotAskedTo) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.towers = Towers::vision;
  const auto again = [&] { convert(golden::model("longclip248.safetensors"), folder / "p", options); };
  again();
  EXPECT_NE(reason<InvalidInput>(again).find("is there already"), std::string::npos);
  options.overwrite = true;
  EXPECT_NO_THROW(again());

  std::filesystem::create_directory(folder / "photos");
  std::ofstream(folder / "photos/dear.jpg") << "x";
  EXPECT_THROW(convert(golden::model("longclip248.safetensors"), folder / "photos", options), InvalidInput);
  EXPECT_TRUE(std::filesystem::exists(folder / "photos/dear.jpg"));
}

TEST(Convert, LeavesNothingBehindWhenItFails) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.tokenizer = folder / "missing.model";
  EXPECT_THROW(convert(golden::model("longclip248.pt"), folder / "p", options), InvalidFile);
  EXPECT_THROW(convert(folder / "missing.pt", folder / "p"), InvalidFile);
  EXPECT_EQ(entries(folder.path()), 0U);
}

// The archive's writer ends the process if its callback throws; ours must not let it.
TEST(Convert, LetsOutWhatProgressThrowsAndLeavesNothing) {
  struct Stop {};
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.progress = [](std::uint64_t done, std::uint64_t) {
    if (done > 1'000'000) throw Stop();
  };
  EXPECT_THROW(convert(golden::model("longclip248.pt"), folder / "p", options), Stop);
  EXPECT_EQ(entries(folder.path()), 0U);
}

// No file may grow beyond a limit: writing fails as it does on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST(Convert, SaysThatTheDiskIsFullAndLeavesNothing) {
  const testing::TemporaryFolder folder;
  for (const rlim_t bytes : {100'000, 2'000'000, 10'000'000}) {  // in the vocabulary, a tower, near its end
    const FullDisk disk(bytes);
    const std::string line = reason<InvalidFile>([&] { convert(golden::model("longclip248.pt"), folder / "p"); });
    EXPECT_EQ(line.find((folder / "p").string() + (bytes < 1'000'000 ? "/tokenizer.bpe.gz:" : "/text.pt:")), 0U)
        << bytes << ": " << line;
    EXPECT_NE(line.find("cannot be written"), std::string::npos) << bytes << ": " << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_EQ(entries(folder.path()), 0U) << bytes;
  }
}

TEST(Convert, SaysThatATowerIsNotThere) {
  const testing::TemporaryFolder folder;
  const auto vision_only = golden::data("../fuzz/corpus/checkpoint/clip_vision.pt");
  ConvertOptions options;
  EXPECT_EQ(package::open_package(convert(vision_only, folder / "p").package).config.has_text, false);
  options.towers = Towers::text;
  EXPECT_NE(reason<InvalidInput>([&] { convert(vision_only, folder / "q", options); }).find("has no text tower"),
            std::string::npos);
}

// CLIP's ids would mean other words to it.
TEST(Convert, GivesClipsVocabularyToNoModelOfAnother) {
  const testing::TemporaryFolder folder;
  auto checkpoint = checkpoint::read_checkpoint(golden::model("longclip248.safetensors"));
  constexpr std::int64_t kRows = 60000;
  constexpr std::int64_t kWidth = 64;
  checkpoint.tensors["token_embedding.weight"] =
      checkpoint::from_float(std::vector<float>(kRows * kWidth), {kRows, kWidth});
  const auto make = [&](const ConvertOptions& options) {
    package::make_package(checkpoint, checkpoint::clip_weights(checkpoint), folder / "p", options);
  };
  const std::string line = reason<InvalidInput>([&] { make({}); });
  EXPECT_NE(line.find("CLIP's vocabulary: has 49408 ids, and the checkpoint's token embedding 60000 rows"),
            std::string::npos)
      << line;
  EXPECT_EQ(entries(folder.path()), 0U);
  ConvertOptions options;  // but where it is named
  options.tokenizer =
      std::filesystem::path(LONGCLIP_TEST_DATA) / "../../models/clip-vocabulary/bpe_simple_vocab_16e6.txt.gz";
  make(options);
  EXPECT_EQ(package::open_package(folder / "p").config.architecture.vocabulary_size, kRows);
}

TEST(Convert, TakesMergesThatAreNotCompressed) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "merges.txt") << "#version: 0.2\nc a\nca t</w>\n";
  ConvertOptions options;
  options.tokenizer = folder / "merges.txt";
  convert(golden::model("longclip248.safetensors"), folder / "p", options);
  const auto package = package::open_package(folder / "p");
  EXPECT_EQ(package.config.tokenizer_file, "tokenizer.bpe");
  // 256 bytes, the same as the ends of pieces, and the two merges: "cat" is the second.
  EXPECT_EQ(Tokenizer::load(package.tokenizer()).encode("cat"), std::vector<std::int32_t>{513});
}

TEST(Convert, OverwritesNothingThatAppearsMeanwhile) {
  for (const bool overwrite : {false, true}) {
    const testing::TemporaryFolder folder;
    ConvertOptions options;
    options.overwrite = overwrite;
    options.progress = [&](std::uint64_t, std::uint64_t) {
      std::filesystem::create_directory(folder / "p");
      std::ofstream(folder / "p/dear.jpg") << "x";
    };
    const std::string line = reason<Error>([&] { convert(golden::model("longclip248.pt"), folder / "p", options); });
    EXPECT_NE(line.find(overwrite ? "is not a package" : "meanwhile"), std::string::npos) << line;
    EXPECT_TRUE(std::filesystem::exists(folder / "p/dear.jpg"));
    EXPECT_EQ(entries(folder.path()), 1U);
  }
}

TEST(Convert, NamesTheFileThatCannotBeStretchedAndTheWayOut) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.kept = 77;
  const std::string line = reason<InvalidInput>([&] { convert(golden::model("clip77.pt"), folder / "p", options); });
  EXPECT_NE(line.find("clip77.pt: cannot keep 77 of 77"), std::string::npos) << line;
  EXPECT_NE(line.find("ratio of 1"), std::string::npos) << line;
}

TEST(Convert, OverwritesNoPackageThatHoldsTheCheckpoint) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.towers = Towers::vision;
  convert(golden::model("longclip248.safetensors"), folder / "p", options);
  std::filesystem::copy(golden::model("longclip248.safetensors"), folder / "p/original.safetensors");
  options.overwrite = true;
  EXPECT_NE(reason<InvalidInput>([&] {
              convert(folder / "p/original.safetensors", folder / "p", options);
            }).find("would be lost"),
            std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder / "p/original.safetensors"));
}

TEST(Convert, ReportsTheBytesOfTheWholePackage) {
  const testing::TemporaryFolder folder;
  const auto report = convert(golden::model("longclip248.safetensors"), folder / "p");
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "p")) bytes += entry.file_size();
  EXPECT_EQ(report.bytes, bytes);
  EXPECT_EQ(inspect(folder / "p").bytes, bytes);
}

TEST(Convert, TakesANameOfAnyBytes) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.towers = Towers::vision;
  convert(golden::model("longclip248.safetensors"), folder / "caf\xe9", options);  // Latin-1
  EXPECT_EQ(package::open_package(folder / "caf\xe9").config.name, "caf\xef\xbf\xbd");
}

TEST(Convert, TakesTheStatisticsOfThePixelsFromTheFolder) {
  const testing::TemporaryFolder folder;
  std::filesystem::copy(golden::model("hf"), folder / "hf");
  std::ofstream(folder / "hf/preprocessor_config.json")
      << R"({"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.25, 0.3]})";
  convert(folder / "hf", folder / "p");
  const auto config = package::open_package(folder / "p").config;
  EXPECT_EQ(config.mean, (std::array<double, 3>{0.5, 0.4, 0.3}));
  EXPECT_EQ(config.std, (std::array<double, 3>{0.2, 0.25, 0.3}));
}

TEST(Convert, RefusesOptionsThatDoNotFit) {
  const testing::TemporaryFolder folder;
  const auto with = [&](int kept, int ratio) {
    ConvertOptions options;
    options.kept = kept;
    options.ratio = ratio;
    return reason<InvalidInput>([&] { convert(golden::model("clip77.pt"), folder / "p", options); });
  };
  EXPECT_NE(with(20, 0), "");
  EXPECT_NE(with(-1, 4), "");
  EXPECT_NE(with(77, 4), "");
  EXPECT_NE(reason<InvalidInput>([] { convert(golden::model("clip77.pt"), ""); }).find("no name"), std::string::npos);
}

TEST(Convert, TellsAPackageFromACheckpoint) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  options.towers = Towers::vision;
  convert(golden::model("longclip248.safetensors"), folder / "p", options);
  EXPECT_NE(reason<InvalidInput>([&] { convert(folder / "p", folder / "q"); }).find("package already"),
            std::string::npos);
}

TEST(Convert, TellsOfItsProgressUpToTheEnd) {
  const testing::TemporaryFolder folder;
  ConvertOptions options;
  std::uint64_t last = 0;
  std::uint64_t total = 0;
  options.progress = [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_GE(done, last);
    last = done;
    total = all;
  };
  convert(golden::model("longclip248.pt"), folder / "p", options);
  EXPECT_GT(total, 12'000'000U);
  EXPECT_EQ(last, total);
}

}  // namespace
}  // namespace longclip
