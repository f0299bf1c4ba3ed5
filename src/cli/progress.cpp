#include "cli/progress.h"

#include <utility>

#include "cli/figures.h"

namespace longclip::cli {
namespace {

std::string figure(double amount, Progress::Unit unit) {
  return unit == Progress::Unit::bytes ? byte_size(amount) : count(amount);
}

}  // namespace

Progress::Progress(Console& console, std::string label, Unit unit)
    : console_(console), label_(std::move(label)), unit_(unit), start_(Clock::now()) {}

Progress::~Progress() { console_.clear_status(); }

void Progress::update(std::uint64_t done, std::uint64_t total) {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  if (!begun_) {
    begun_ = true;
    first_ = done;
    start_ = now;
  }
  if (!console_.watched() || now - shown_ < 100ms) return;
  shown_ = now;

  std::string line = label_ + "  " + figure(static_cast<double>(done), unit_);
  if (total > 0) line += " of " + figure(static_cast<double>(total), unit_);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  if (done > first_ && seconds > 0) {
    const double rate = static_cast<double>(done - first_) / seconds;
    line += "  " + figure(rate, unit_) + "/s";
    if (total >= done) line += "  " + duration(static_cast<double>(total - done) / rate) + " left";
  }
  console_.show_status(line);
}

}  // namespace longclip::cli
