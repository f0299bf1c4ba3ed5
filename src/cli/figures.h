#pragma once

#include <string>

namespace longclip::cli {

std::string count(double amount);         // "7.3", "1200"
std::string byte_size(double bytes);      // "598 MB", decimal as disks and downloads are
std::string duration(double seconds);     // "0:07", "1:02:45"
std::string cosine(float value);          // "0.2731", "-0.0212"
std::string hexadecimal(char32_t value);  // "4E00", as Unicode writes code points
std::string percent(float probability);   // "83.2 %"

}  // namespace longclip::cli
