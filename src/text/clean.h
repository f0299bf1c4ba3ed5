#pragma once

#include <string>
#include <string_view>

namespace longclip::text {

// The reference's text just before it is split: fix_text, HTML unescaped twice, stripped, spaces
// folded, lower case. UTF-8 in and out. Throws InvalidInput for what is not UTF-8.
std::string clean(std::string_view text);

// Most captions are ASCII without '&' and without controls but white space: cleaning does no more
// than lower their case and fold their spaces. Writes such a text's lower case, its spaces as they
// are; false, and `lowered` of no use, for any other text.
bool lower_plain_ascii(std::string_view text, std::string& lowered);

}  // namespace longclip::text
