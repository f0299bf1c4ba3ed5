// A text tower whose tokenizer is a SentencePiece model, with the golden weights: its end token is not
// the highest id, so that the feature must not be taken where the highest id stands.
#include <algorithm>
#include <string>

#include "model/golden_model.h"

namespace longclip::testing {
namespace {

std::string tokenizer_file(const char* name) { return golden::data("tokenizer/sentencepiece/" + std::string(name)); }

std::filesystem::path package_with(const TemporaryFolder& folder, const char* tokenizer) {
  ConvertOptions options;
  options.tokenizer = tokenizer_file(tokenizer);
  convert(golden::model("longclip248.pt"), folder / "p", options);
  return folder / "p";
}

class SentencePieceModel : public ::testing::TestWithParam<const char*> {};

TEST_P(SentencePieceModel, ReadsTextsToTheirEndToken) {
  const TemporaryFolder folder;
  const auto package = package_with(folder, GetParam());
  const Model model = Model::load(package);
  const std::string first = "a red car";
  const std::string longer = first + " a";
  const auto highest = [&](const std::string& text) {
    const auto ids = model.tokenizer().encode(text);
    return *std::max_element(ids.begin(), ids.end());
  };
  ASSERT_EQ(highest(first), highest(longer));
  ASSERT_GT(highest(first), model.tokenizer().end_id());
  const Matrix features = model.encode_text({first, longer}).normalized();
  float difference = 0;
  for (std::size_t j = 0; j < features.cols(); ++j) {
    difference = std::max(difference, std::abs(features(0, j) - features(1, j)));
  }
  EXPECT_GT(difference, 1e-3);

  // The TorchScript has the end token's id from convert().
  LoadOptions options;
  options.engine = Engine::torchscript;
  const Model torchscript = Model::load(package, options);
  const std::vector<std::string> texts{first, longer, "", "two dogs on a street"};
  EXPECT_LE(largest_difference(model.encode_text(texts).normalized(), torchscript.encode_text(texts).normalized()),
            2e-6);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SentencePieceModel, ::testing::Values("tiny_unigram.model", "tiny_bpe.model"));

}  // namespace
}  // namespace longclip::testing
