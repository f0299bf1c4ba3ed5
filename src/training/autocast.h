#pragma once

#include <ATen/autocast_mode.h>

namespace longclip::training {

// While it lives, matrix products of the calling thread on a kind of device run in bf16.
class Autocast {
 public:
  Autocast(at::DeviceType device, bool on)
      : device_(device), on_(on), before_(at::autocast::is_autocast_enabled(device)) {
    if (!on_) return;
    type_ = at::autocast::get_autocast_dtype(device_);
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    if (!on_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, before_);
    at::autocast::set_autocast_dtype(device_, type_);
  }
  Autocast(const Autocast&) = delete;  // a state of the thread
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool on_;
  bool before_;
  at::ScalarType type_ = at::kFloat;
};

}  // namespace longclip::training
