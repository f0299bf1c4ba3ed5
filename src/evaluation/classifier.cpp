#include <longclip/evaluation.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include <longclip/error.h>
#include <longclip/similarity.h>

namespace longclip {
namespace {

// Prompts that go to the model at a time, so that `progress` hears of it now and then.
constexpr std::size_t kPromptsAtATime = 256;

void check(const std::vector<std::string>& labels, const std::vector<std::string>& templates) {
  if (labels.empty()) throw InvalidInput("a classifier needs labels: give one at least");
  if (templates.empty()) throw InvalidInput("a classifier needs templates: give one at least");
  for (const auto& pattern : templates) {
    const auto place = pattern.find(kLabelPlace);
    if (place == pattern.npos || pattern.find(kLabelPlace, place + 1) != pattern.npos) {
      throw InvalidInput("the template \"" + pattern + "\" must have exactly one {} for the label");
    }
  }
}

std::string prompt(const std::string& pattern, const std::string& label) {
  std::string text = pattern;
  return text.replace(text.find(kLabelPlace), std::string_view(kLabelPlace).size(), label);
}

void write_mean(const Matrix& rows, std::size_t first, std::size_t count, std::span<float> mean) {
  std::vector<double> sums(rows.cols());
  for (std::size_t i = first; i < first + count; ++i) {
    const auto row = rows.row(i);
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += row[k];
  }
  for (std::size_t k = 0; k < sums.size(); ++k) mean[k] = static_cast<float>(sums[k] / static_cast<double>(count));
}

}  // namespace

Classifier::Classifier(const Model& model, std::vector<std::string> labels, const std::vector<std::string>& templates,
                       const std::function<void(std::size_t done, std::size_t total)>& progress)
    : labels_(std::move(labels)), logit_scale_(model.info().logit_scale) {
  check(labels_, templates);
  Matrix means(labels_.size(), model.info().embedding_size);
  const std::size_t at_a_time = std::max<std::size_t>(kPromptsAtATime / templates.size(), 1);
  for (std::size_t first = 0; first < labels_.size(); first += at_a_time) {
    if (progress) progress(first, labels_.size());
    const std::size_t end = std::min(first + at_a_time, labels_.size());
    std::vector<std::string> prompts;
    for (std::size_t label = first; label < end; ++label) {
      for (const auto& pattern : templates) prompts.push_back(prompt(pattern, labels_[label]));
    }
    const Matrix features =
        model
            .encode_text(prompts, {},
                         [&](const InputError& error) {
                           throw InvalidInput("the label \"" + labels_[first + error.index / templates.size()] +
                                              "\": " + error.reason);
                         })
            .normalized();
    for (std::size_t label = first; label < end; ++label) {
      write_mean(features, (label - first) * templates.size(), templates.size(), means.row(label));
    }
  }
  if (progress) progress(labels_.size(), labels_.size());
  features_ = means.normalized();
}

Matrix Classifier::classify(const Matrix& images) const {
  return probabilities(similarity(images, features_), logit_scale_);
}

}  // namespace longclip
