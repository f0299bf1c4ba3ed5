#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <longclip/dataset.h>
#include <longclip/export.h>
#include <longclip/matrix.h>
#include <longclip/model.h>

namespace longclip {

// How the functions below measure.
//
// Scores are cosines; features need not be normalised. A query counts as found within the first k if
// any of its right items is among the k best. Of items with equal scores each order is as likely as
// any other, so such a query counts by the probability that it is found: a model that gives every
// pair the same score has what chance gives, neither 0 nor 1. A NaN ranks last.
struct EvaluationOptions {
  std::vector<std::size_t> ks = {1, 5, 10};
  // 95 % intervals: percentiles over so many bootstrap samples. 0: none.
  std::size_t resamples = 1000;
  std::uint64_t seed = 0;
  int threads = 0;  // 0: the processors that this process may use
  // Told of the rows compared and in all, by one thread at a time, not always the same. May be empty;
  // what it throws comes out.
  std::function<void(std::size_t done, std::size_t total)> progress;
};

// A share of queries, from 0 to 1.
struct Score {
  double value = 0;
  double low = 0;  // the interval; without resamples it is the value
  double high = 0;
  double chance = 0;  // what random scores would have on average
};

// Images of each text. Texts that have the same ones share a list.
struct ImageLists {
  std::vector<std::size_t> of_text;             // which of the lists
  std::vector<std::vector<std::size_t>> lists;  // indices of images
};

// For which images each text is right.
struct Relevance {
  std::vector<std::size_t> own;  // of each text the image that it was written for
  ImageLists further;            // what other images it is true of; empty if there are none at all
};

// Of each text the images whose facts hold all that it claims, rising; none where it claims nothing.
LONGCLIP_EXPORT ImageLists images_that_hold(const std::vector<std::vector<std::string>>& claims,
                                            const std::vector<std::vector<std::string>>& facts);

enum class CaptionKind { long_captions, short_captions };

// A data set as the functions below take it, once its images and texts are encoded.
struct RetrievalSet {
  std::vector<std::filesystem::path> images;  // each once, though several examples may name it
  std::vector<std::string> texts;             // all captions of the kind
  Relevance relevance;
  // Of each image what its first example says, see Example.
  std::vector<int> groups;
  std::vector<std::string> details;
};

// All the images of the examples, and their captions of one kind. A short caption is right for every
// image whose facts hold its claims.
LONGCLIP_EXPORT RetrievalSet retrieval_set(const std::vector<Example>& examples, CaptionKind kind);

struct RetrievalDirection {
  std::size_t queries = 0;    // that have a right item
  std::vector<Score> recall;  // recall@k for each of the options' ks
};

struct RetrievalReport {
  RetrievalDirection image_to_text;
  RetrievalDirection text_to_image;
};

// Recall of texts by images and of images by texts, among all of them. `images` and `texts` hold a
// feature a row. Bootstrap samples are of images with their texts. Memory beside the features grows
// with the number of queries, not of pairs; time as images x texts x width. Throws InvalidInput for
// widths that differ, a relevance that does not fit, or a k of 0.
LONGCLIP_EXPORT RetrievalReport evaluate_retrieval(const Matrix& images, const Matrix& texts,
                                                   const Relevance& relevance, const EvaluationOptions& options = {});

struct GroupScores {
  std::string detail;      // what tells the images of these groups apart; empty: all groups
  std::size_t images = 0;  // in these groups
  Score image_to_text;     // recall@1 among the texts of the query's group
  Score text_to_image;     // among its images
};

struct GroupReport {
  std::size_t groups = 0;
  GroupScores all;
  std::vector<GroupScores> details;  // by name; empty if there are no details
};

// Accuracy within groups of images that look alike but for one detail: each query has for choice only
// what is of its own group. `own` is as in Relevance; `groups` has each image's group, -1 for none;
// `details` each image's kind of detail, or is empty. A group counts if it has two images with a
// text, or more. Bootstrap samples are of groups. Of the options, ks, threads and progress are not used: groups
// are small, and it is the best item that counts. Throws InvalidInput as above.
LONGCLIP_EXPORT GroupReport evaluate_groups(const Matrix& images, const Matrix& texts,
                                            const std::vector<std::size_t>& own, const std::vector<int>& groups,
                                            const std::vector<std::string>& details,
                                            const EvaluationOptions& options = {});

// Where a template has its label.
inline constexpr const char* kLabelPlace = "{}";

// The 80 templates of CLIP's zero-shot ImageNet protocol, "a bad photo of a {}." and so on.
LONGCLIP_EXPORT const std::vector<std::string>& imagenet_templates();

// Classes that are described by texts: zero-shot classification by CLIP's protocol. A class is the mean
// of the normalised features of its prompts (each template with the label in place of "{}"), normalised
// again. Labels count by position: equal ones are classes of their own. Constant; may be used from many threads
// at once.
class LONGCLIP_EXPORT Classifier {
 public:
  // Encodes the prompts. Throws InvalidInput for no labels or templates, a template that has not exactly
  // one place for the label, and, with the label's name, a prompt that is too long or not UTF-8;
  // UnsupportedModel if the model has no text tower. `progress` hears of the labels done and in all.
  Classifier(const Model& model, std::vector<std::string> labels,
             const std::vector<std::string>& templates = {"a photo of a {}."},
             const std::function<void(std::size_t done, std::size_t total)>& progress = {});

  const std::vector<std::string>& labels() const noexcept { return labels_; }
  const Matrix& features() const noexcept { return features_; }  // classes x embedding size, rows of length 1

  // Of image features (a row each) the probabilities of the classes: images x classes, the softmax of
  // the model's logit scale times the cosine. Throws InvalidInput if the widths differ.
  Matrix classify(const Matrix& images) const;

 private:
  std::vector<std::string> labels_;
  Matrix features_;
  float logit_scale_ = 1;
};

// Share of images whose own class (labels[i], a row of `classes`) is among the k best, for each of the
// options' ks. Bootstrap samples are of images. Throws InvalidInput as evaluate_retrieval().
LONGCLIP_EXPORT std::vector<Score> evaluate_classification(const Matrix& images, const Matrix& classes,
                                                           const std::vector<std::size_t>& labels,
                                                           const EvaluationOptions& options = {});

}  // namespace longclip
