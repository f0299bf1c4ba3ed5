#include <longclip/evaluation.h>

#include <algorithm>
#include <map>
#include <string>

#include <longclip/error.h>

#include "evaluation/bootstrap.h"
#include "evaluation/standings.h"

namespace longclip {
namespace {

using evaluation::Standing;
using evaluation::Tally;

struct Group {
  std::vector<std::size_t> images;
  std::vector<std::size_t> texts;
};

Matrix rows_of(const Matrix& matrix, const std::vector<std::size_t>& rows) {
  Matrix result(rows.size(), matrix.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = matrix.row(rows[i]);
    std::copy(row.begin(), row.end(), result.row(i).begin());
  }
  return result;
}

std::vector<Group> find_groups(const std::vector<std::size_t>& own, const std::vector<int>& groups) {
  std::vector<std::vector<std::size_t>> texts_of(groups.size());
  for (std::size_t text = 0; text < own.size(); ++text) texts_of[own[text]].push_back(text);
  std::map<int, Group> found;
  for (std::size_t image = 0; image < groups.size(); ++image) {
    if (groups[image] < 0 || texts_of[image].empty()) continue;
    Group& group = found[groups[image]];
    group.images.push_back(image);
    group.texts.insert(group.texts.end(), texts_of[image].begin(), texts_of[image].end());
  }
  std::vector<Group> result;
  for (auto& [number, group] : found) {
    if (group.images.size() > 1) result.push_back(std::move(group));
  }
  return result;
}

// Scores of the groups, or of the images in them whose detail is of one kind.
class Part {
 public:
  void add_image(std::size_t group, const Standing& standing, std::size_t items) {
    ++images_;
    add(group, kImageToText, standing, items);
  }
  void add_text(std::size_t group, const Standing& standing, std::size_t items) {
    add(group, kTextToImage, standing, items);
  }

  GroupScores scores(std::string detail, const EvaluationOptions& options) const {
    const auto scores = tally_.scores(options.resamples, options.seed);
    return {std::move(detail), images_, scores[kImageToText], scores[kTextToImage]};
  }

 private:
  enum Column : std::size_t { kImageToText, kTextToImage, kColumns };

  // Groups come one after the other; each is a unit.
  void add(std::size_t group, Column column, const Standing& standing, std::size_t items) {
    if (tally_.units() == 0 || group != last_group_) tally_.add_unit();
    last_group_ = group;
    tally_.add(tally_.units() - 1, column, evaluation::hit_probability(standing, 1),
               evaluation::chance_of_hit(standing.right, static_cast<std::uint32_t>(items), 1));
  }

  Tally tally_{kColumns};
  std::size_t last_group_ = 0;
  std::size_t images_ = 0;
};

void check_sizes(const Matrix& images, const Matrix& texts, const std::vector<std::size_t>& own,
                 const std::vector<int>& groups, const std::vector<std::string>& details) {
  const bool fit = own.size() == texts.rows() && groups.size() == images.rows() &&
                   (details.empty() || details.size() == images.rows()) &&
                   std::all_of(own.begin(), own.end(), [&](std::size_t image) { return image < images.rows(); });
  if (!fit) {
    throw InvalidInput("groups and details must be those of " + std::to_string(images.rows()) +
                       " images, and each of " + std::to_string(texts.rows()) + " texts must name one of these");
  }
}

}  // namespace

GroupReport evaluate_groups(const Matrix& images, const Matrix& texts, const std::vector<std::size_t>& own,
                            const std::vector<int>& groups, const std::vector<std::string>& details,
                            const EvaluationOptions& options) {
  check_sizes(images, texts, own, groups, details);
  const auto found = find_groups(own, groups);
  Part all;
  std::map<std::string, Part> parts;
  for (std::size_t number = 0; number < found.size(); ++number) {
    const Group& group = found[number];
    Relevance relevance;
    for (const auto text : group.texts) {
      const auto place = std::lower_bound(group.images.begin(), group.images.end(), own[text]);
      relevance.own.push_back(static_cast<std::size_t>(place - group.images.begin()));
    }
    const auto standings =
        evaluation::compare(rows_of(images, group.images), rows_of(texts, group.texts), relevance, 1, {});
    const auto each_part = [&](std::size_t image, const auto& add) {
      add(all);
      if (!details.empty() && !details[image].empty()) add(parts[details[image]]);
    };
    for (std::size_t i = 0; i < group.images.size(); ++i) {
      each_part(group.images[i], [&](Part& part) { part.add_image(number, standings.images[i], group.texts.size()); });
    }
    for (std::size_t i = 0; i < group.texts.size(); ++i) {
      each_part(own[group.texts[i]],
                [&](Part& part) { part.add_text(number, standings.texts[i], group.images.size()); });
    }
  }

  GroupReport report{found.size(), all.scores("", options), {}};
  for (const auto& [detail, part] : parts) report.details.push_back(part.scores(detail, options));
  return report;
}

}  // namespace longclip
