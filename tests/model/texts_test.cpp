#include <gtest/gtest.h>

#include "model/golden_model.h"

namespace longclip {
namespace {

std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "cat ";
  return text;
}

TEST(EncodeText, ARowDoesNotDependOnItsBatch) {
  const Model& model = testing::golden_model();
  std::vector<std::string> texts;
  for (int i = 0; i < 70; ++i) texts.push_back("number " + std::to_string(i) + " " + words(i * 3 % 200));
  const Matrix together = model.encode_text(texts).normalized();
  for (std::size_t i = 0; i < texts.size(); i += 9) {
    const Matrix alone = model.encode_text({texts[i]}).normalized();
    for (std::size_t j = 0; j < alone.cols(); ++j) ASSERT_NEAR(together(i, j), alone(0, j), 1e-6) << i;
  }
}

TEST(EncodeText, NamesEveryTextThatIsTooLong) {
  try {
    testing::golden_model().encode_text({words(3), words(247), words(246), words(300)});
    FAIL() << "a text of 249 tokens was taken";
  } catch (const InputErrors& error) {
    ASSERT_EQ(error.errors().size(), 2U);
    EXPECT_EQ(error.errors()[0].index, 1U);
    EXPECT_EQ(error.errors()[1].index, 3U);
    EXPECT_NE(error.errors()[0].reason.find("249"), std::string::npos) << error.errors()[0].reason;
    EXPECT_NE(error.errors()[0].reason.find("248"), std::string::npos) << error.errors()[0].reason;
  }
}

TEST(EncodeText, TruncatesWhenToldAndSaysWhich) {
  const Model& model = testing::golden_model();
  std::vector<std::size_t> cut;
  TextOptions options;
  options.overflow = Overflow::truncate;
  options.cut = &cut;
  const Matrix features = model.encode_text({words(3), words(400), words(246)}, options);
  EXPECT_EQ(cut, std::vector<std::size_t>{1});
  for (std::size_t j = 0; j < features.cols(); ++j) EXPECT_NEAR(features(1, j), features(2, j), 1e-5);
}

TEST(EncodeText, GivesTheRestWhereFailuresAreHeard) {
  const Model& model = testing::golden_model();
  std::vector<std::size_t> failed;
  const Matrix rest = model.encode_text({"a cat", words(300), "bad \xff", "a dog"}, {},
                                        [&](const InputError& error) { failed.push_back(error.index); });
  EXPECT_EQ(failed, (std::vector<std::size_t>{1, 2}));
  EXPECT_LE(testing::largest_difference(rest, model.encode_text({"a cat", "a dog"})), 1e-5);
}

TEST(EncodeText, NamesTheByteThatIsNoUtf8) {
  try {
    testing::golden_model().encode_text({"fine", "abc\xff"});
    FAIL() << "a text that is no UTF-8 was taken";
  } catch (const InputErrors& error) {
    ASSERT_EQ(error.errors().size(), 1U);
    EXPECT_EQ(error.errors()[0].index, 1U);
    EXPECT_NE(error.errors()[0].reason.find("byte 3"), std::string::npos) << error.errors()[0].reason;
  }
}

TEST(EncodeText, KeepsToTheCallersTokenLimit) {
  TextOptions options;
  options.max_tokens = 77;
  EXPECT_NO_THROW(testing::golden_model().encode_text({words(75)}, options));
  EXPECT_THROW(testing::golden_model().encode_text({words(76)}, options), InputErrors);
  options.max_tokens = 249;
  EXPECT_THROW(testing::golden_model().encode_text({"a"}, options), InvalidInput);
}

TEST(EncodeText, ALiteralEndTokenEndsTheTextUnlessReadAsPlain) {
  const Model& model = testing::golden_model();
  const std::string text = "a cat <|endoftext|> and a dog";
  const Matrix cat = model.encode_text({"a cat"});
  const auto distance = [&](const TextOptions& options) {
    return testing::largest_difference(model.encode_text({text}, options), cat);
  };
  EXPECT_LE(distance({}), 1e-5) << "as the reference: pooled at the first end token";
  TextOptions plain;
  plain.special_tokens = SpecialTokens::plain;
  EXPECT_GT(distance(plain), 1e-2);
}

TEST(EncodeText, OfNothingIsAnEmptyMatrixOfTheRightWidth) {
  const Matrix features = testing::golden_model().encode_text({});
  EXPECT_EQ(features.rows(), 0U);
  EXPECT_EQ(features.cols(), 32U);
}

}  // namespace
}  // namespace longclip
