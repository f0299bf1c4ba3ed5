#include <longclip/evaluation.h>

#include <string_view>
#include <unordered_map>
#include <utility>

namespace longclip {

RetrievalSet retrieval_set(const std::vector<Example>& examples, CaptionKind kind) {
  RetrievalSet set;
  std::unordered_map<std::string_view, std::size_t> rows;  // of the images
  std::vector<std::vector<std::string>> facts;
  std::vector<std::vector<std::string>> claims;
  bool any_claims = false;
  for (const Example& example : examples) {
    const auto [row, added] = rows.emplace(example.image.native(), set.images.size());
    if (added) {
      set.images.push_back(example.image);
      set.groups.push_back(example.group);
      set.details.push_back(example.detail);
      facts.emplace_back();
    }
    auto& known = facts[row->second];
    known.insert(known.end(), example.facts.begin(), example.facts.end());
    const bool is_short = kind == CaptionKind::short_captions;
    any_claims = any_claims || (is_short && !example.claims.empty());
    for (const auto& caption : is_short ? example.short_captions : example.long_captions) {
      set.texts.push_back(caption);
      set.relevance.own.push_back(row->second);
      claims.push_back(is_short ? example.claims : std::vector<std::string>());
    }
  }
  if (any_claims) set.relevance.further = images_that_hold(claims, facts);
  return set;
}

}  // namespace longclip
