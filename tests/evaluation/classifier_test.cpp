#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/evaluation.h>

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "io/sha256.h"
#include "model/golden_model.h"

namespace longclip {
namespace {

using testing::golden_model;

// The golden features are those of the published Python code.
TEST(Classifier, WithLabelsAloneGivesTheReferencesProbabilities) {
  const auto features = golden::read_npy<float>(golden::model("image_features.npy"));
  const auto texts = testing::golden_texts();
  const auto logits = golden::read_npy<float>(golden::model("logits_per_image.npy"));
  // Those that fit without a truncation.
  std::vector<std::size_t> columns;
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < texts.size() && labels.size() < 8; ++i) {
    if (golden_model().tokenizer().count(texts[i]) > golden_model().info().context_length) continue;
    columns.push_back(i);
    labels.push_back(texts[i]);
  }
  const Classifier classifier(golden_model(), labels, {"{}"});
  EXPECT_EQ(classifier.labels(), labels);
  const Matrix probabilities = classifier.classify(Matrix(features.rows(), features.cols(), features.values));
  ASSERT_EQ(probabilities.rows(), features.rows());
  ASSERT_EQ(probabilities.cols(), labels.size());
  for (std::size_t image = 0; image < features.rows(); ++image) {
    double sum = 0;
    for (const auto column : columns) sum += std::exp(double{logits(image, column)});
    for (std::size_t i = 0; i < columns.size(); ++i) {
      EXPECT_NEAR(probabilities(image, i), std::exp(double{logits(image, columns[i])}) / sum, 1e-4);
    }
  }
}

TEST(Classifier, AveragesThePromptsOfAClass) {
  const std::vector<std::string> labels = {"dog", "cat", "dog"};
  std::vector<std::size_t> told;
  const Classifier classifier(golden_model(), labels, {"a photo of a {}.", "{}, drawn", "art of the {}"},
                              [&](std::size_t done, std::size_t total) {
                                told.push_back(done);
                                EXPECT_EQ(total, 3U);
                              });
  EXPECT_EQ(told, (std::vector<std::size_t>{0, 3}));
  const auto& classes = classifier.features();
  ASSERT_EQ(classes.rows(), 3U);
  for (std::size_t label = 0; label < 2; ++label) {
    const Matrix prompts = golden_model()
                               .encode_text({"a photo of a " + labels[label] + ".", labels[label] + ", drawn",
                                             "art of the " + labels[label]})
                               .normalized();
    std::vector<double> mean(prompts.cols());
    double square = 0;
    for (std::size_t k = 0; k < mean.size(); ++k) {
      mean[k] = (double{prompts(0, k)} + prompts(1, k) + prompts(2, k)) / 3;
      square += mean[k] * mean[k];
    }
    for (std::size_t k = 0; k < mean.size(); ++k) EXPECT_NEAR(classes(label, k), mean[k] / std::sqrt(square), 1e-6);
  }
  // Equal names are classes of their own, and share what is theirs.
  const Matrix probabilities = classifier.classify(classes);
  EXPECT_EQ(probabilities(0, 0), probabilities(0, 2));
  EXPECT_NEAR(probabilities(0, 0) + probabilities(0, 1) + probabilities(0, 2), 1, 1e-6);
}

TEST(Classifier, RefusesWhatGivesNoClasses) {
  EXPECT_THROW(Classifier(golden_model(), {}), InvalidInput);
  EXPECT_THROW(Classifier(golden_model(), {"dog"}, {}), InvalidInput);
  EXPECT_THROW(Classifier(golden_model(), {"dog"}, {"a photo"}), InvalidInput);
  EXPECT_THROW(Classifier(golden_model(), {"dog"}, {"{} and {}"}), InvalidInput);
}

TEST(Classifier, NamesTheLabelThatCannotBeUsed) {
  std::string endless = "dog";
  for (int i = 0; i < 300; ++i) endless += " dog";
  std::vector<std::string> labels(300, "cat");  // more than are encoded at a time
  labels.push_back("not UTF-8 \xff");
  for (const auto& [bad, told] :
       {std::pair<std::string, std::string>{endless, "dog dog"}, {labels.back(), "not UTF-8"}}) {
    labels.back() = bad;
    try {
      Classifier(golden_model(), labels);
      FAIL() << "not refused";
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()).find("the label \"" + told), std::string::npos) << error.what();
    }
  }
}

// The hash is of imagenet_templates in github.com/openai/CLIP, notebooks/Prompt_Engineering_for_ImageNet.ipynb
// (commit 2b49d4e), as Python reads the cell: hashlib.sha256("\n".join(imagenet_templates).encode()). So is that
// of OPENAI_IMAGENET_TEMPLATES in github.com/mlfoundations/open_clip, src/open_clip/zero_shot_metadata.py.
TEST(ImagenetTemplates, AreThe80OfTheSource) {
  EXPECT_EQ(imagenet_templates().size(), 80U);
  std::string joined;
  for (const auto& pattern : imagenet_templates()) joined += (joined.empty() ? "" : "\n") + pattern;
  EXPECT_EQ(io::sha256(std::as_bytes(std::span(joined))),
            "4f976686fb651bb5803d4689dcd849f75efe0ef19a3c801355bc9a6f03c8a5af")
      << joined;
}

}  // namespace
}  // namespace longclip
