#include "cli/scores.h"

#include <algorithm>
#include <cstdio>

namespace longclip::cli {
namespace {

std::string percent_of(double share) {
  char text[32];
  std::snprintf(text, sizeof text, share > 0 && share < 0.01 ? "%.2f" : "%.1f", 100 * share);
  return text;
}

std::string cell(const Score& score) {
  std::string text = percent_of(score.value);
  if (score.low < score.high) text += " (" + percent_of(score.low) + "-" + percent_of(score.high) + ")";
  return text;
}

}  // namespace

void add_score(Json& object, const std::string& name, const Score& score) {
  object[name] = score.value;
  object[name + "_interval"] = {score.low, score.high};
  object[name + "_chance"] = score.chance;
}

void add_scores(Json& object, const std::string& name, const std::vector<std::size_t>& ks,
                const std::vector<Score>& scores) {
  for (std::size_t i = 0; i < ks.size(); ++i) add_score(object, name + "@" + std::to_string(ks[i]), scores[i]);
}

void ScoreTable::add(const std::string& name, const std::vector<Score>& scores) {
  rows_.push_back({name});
  for (const Score& score : scores) rows_.back().push_back(cell(score));
}

void ScoreTable::add_chance(const std::string& name, const std::vector<Score>& scores) {
  rows_.push_back({name});
  for (const Score& score : scores) rows_.back().push_back(percent_of(score.chance));
}

std::string ScoreTable::text(bool colour) const {
  constexpr std::size_t kGap = 2;
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows_) {
    const bool is_head = &row == &rows_.front();
    if (is_head && colour) text += "\x1b[1m";
    text += row.front();
    if (row.size() > 1) text += std::string(widths.front() - row.front().size(), ' ');
    for (std::size_t i = 1; i < row.size(); ++i) {
      text += std::string(kGap + widths[i] - row[i].size(), ' ') + row[i];
    }
    if (is_head && colour) text += "\x1b[0m";
    text += "\n";
  }
  return text;
}

std::vector<std::string> score_table_head(const std::string& title, const std::string& letter,
                                          const std::vector<std::size_t>& ks) {
  std::vector<std::string> head = {title};
  for (const auto k : ks) head.push_back(letter + "@" + std::to_string(k));
  return head;
}

}  // namespace longclip::cli
