#pragma once

#include <ATen/autocast_mode.h>

namespace longclip::training {

// While it lives, matrix products of the calling thread on a kind of device run in bf16; or, if it is not
// on, in the type of what they multiply, whatever the thread has asked for outside.
class Autocast {
 public:
  Autocast(at::DeviceType device, bool on)
      : device_(device),
        before_(at::autocast::is_autocast_enabled(device)),
        type_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
    at::autocast::set_autocast_enabled(device_, on);
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    // Also where there is an outer one: casts that were made without a graph must not serve one with it.
    at::autocast::clear_cache();
    at::autocast::decrement_nesting();
    at::autocast::set_autocast_enabled(device_, before_);
    at::autocast::set_autocast_dtype(device_, type_);
  }
  Autocast(const Autocast&) = delete;  // a state of the thread
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool before_;
  at::ScalarType type_;
};

}  // namespace longclip::training
