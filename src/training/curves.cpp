#include "training/curves.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <locale>
#include <sstream>
#include <utility>
#include <vector>

namespace longclip::training {
namespace {

constexpr double kWidth = 720;
constexpr double kHeight = 180;  // of one diagram
constexpr double kLeft = 70;
constexpr double kTop = 34;
constexpr std::size_t kPoints = 360;

struct Line {
  std::string name;
  std::string colour;
  std::vector<double> values;  // one a point
};

// A value for each of at most kPoints stretches of the steps: their mean.
template <class Value>
std::vector<double> means(std::span<const TrainingStep> steps, const Value& value) {
  const std::size_t points = std::min(kPoints, steps.size());
  std::vector<double> result;
  for (std::size_t point = 0; point < points; ++point) {
    const std::size_t begin = steps.size() * point / points;
    const std::size_t end = steps.size() * (point + 1) / points;
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += value(steps[i]);
    result.push_back(sum / static_cast<double>(end - begin));
  }
  return result;
}

// A distance between marks of 1, 2 or 5 times a power of ten that gives about four of them.
double mark_distance(double range) {
  const double rough = range / 4;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

std::string number(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::setprecision(4) << (std::abs(value) < 1e-12 ? 0 : value);
  return text.str();
}

void draw(std::ostream& out, double top, const std::string& title, const std::vector<Line>& lines,
          std::size_t last_step) {
  double low = 0;
  double high = 0;
  for (const Line& line : lines) {
    for (const double value : line.values) high = std::max(high, std::isfinite(value) ? value : 0);
  }
  if (high <= low) high = 1;
  const auto x = [&](std::size_t i, std::size_t count) {
    return kLeft + kWidth * (count < 2 ? 0.5 : static_cast<double>(i) / static_cast<double>(count - 1));
  };
  const auto y = [&](double value) { return top + kHeight * (1 - (value - low) / (high - low)); };
  out << "<text x='" << kLeft << "' y='" << top - 12 << "' class='title'>" << title << "</text>\n";
  double legend = kLeft + 160;
  for (const Line& line : lines) {
    if (lines.size() < 2) break;
    out << "<text x='" << legend << "' y='" << top - 12 << "' fill='" << line.colour << "'>" << line.name
        << "</text>\n";
    legend += 110;
  }
  const double distance = mark_distance(high - low);
  for (double mark = low; mark <= high + distance / 100; mark += distance) {
    out << "<path d='M" << kLeft << ' ' << y(mark) << 'h' << kWidth << "' class='grid'/><text x='" << kLeft - 8
        << "' y='" << y(mark) + 4 << "' text-anchor='end'>" << number(mark) << "</text>\n";
  }
  for (const Line& line : lines) {
    out << "<polyline fill='none' stroke='" << line.colour << "' stroke-width='1.5' points='";
    for (std::size_t i = 0; i < line.values.size(); ++i) {
      if (std::isfinite(line.values[i])) out << x(i, line.values.size()) << ',' << y(line.values[i]) << ' ';
    }
    out << "'/>\n";
  }
  out << "<text x='" << kLeft << "' y='" << top + kHeight + 18 << "'>step 1</text><text x='" << kLeft + kWidth
      << "' y='" << top + kHeight + 18 << "' text-anchor='end'>" << last_step << "</text>\n";
}

}  // namespace

std::string curves(std::span<const TrainingStep> steps) {
  const bool two =
      std::any_of(steps.begin(), steps.end(), [](const TrainingStep& step) { return step.loss_short != 0; });
  const auto line = [&](std::string name, std::string colour, double TrainingStep::*value) {
    return Line{std::move(name), std::move(colour),
                means(steps, [value](const TrainingStep& step) { return step.*value; })};
  };
  std::vector<Line> losses{line(two ? "long captions" : "loss", "#0b6bcb", &TrainingStep::loss_long)};
  if (two) losses.push_back(line("short captions", "#c41c1c", &TrainingStep::loss_short));

  const std::size_t last_step = steps.empty() ? 1 : steps.back().step;
  const double block = kHeight + kTop + 34;
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << std::fixed << std::setprecision(1) << "<svg xmlns='http://www.w3.org/2000/svg' width='" << kLeft + kWidth + 30
      << "' height='" << 3 * block << "' font-family='sans-serif' font-size='12'>\n"
      << "<style>.title{font-weight:bold;font-size:14px}.grid{stroke:#ddd}text{fill:#333}</style>\n"
      << "<rect width='100%' height='100%' fill='white'/>\n";
  draw(out, kTop, "Loss", losses, last_step);
  draw(out, kTop + block, "Learning rate", {line("", "#1f7a1f", &TrainingStep::learning_rate)}, last_step);
  draw(out, kTop + 2 * block, "Logit scale", {line("", "#9a5b13", &TrainingStep::logit_scale)}, last_step);
  out << "</svg>\n";
  return out.str();
}

}  // namespace longclip::training
