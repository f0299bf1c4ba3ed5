#include <longclip/precision.h>

#include <string>

#include <longclip/error.h>

namespace longclip {

std::string_view to_string(Precision precision) noexcept {
  switch (precision) {
    case Precision::fp32:
      return "fp32";
    case Precision::fp16:
      return "fp16";
    case Precision::bf16:
      return "bf16";
    case Precision::int8:
      return "int8";
    case Precision::automatic:
      return "auto";
  }
  return "unknown precision";
}

Precision parse_precision(std::string_view name) {
  for (const auto precision :
       {Precision::fp32, Precision::fp16, Precision::bf16, Precision::int8, Precision::automatic}) {
    if (name == to_string(precision)) return precision;
  }
  throw InvalidInput("precision '" + std::string(name) + "' is not known: use fp32, fp16, bf16, int8 or auto");
}

}  // namespace longclip
