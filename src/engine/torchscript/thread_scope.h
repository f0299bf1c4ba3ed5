#pragma once

namespace longclip::engine::torchscript {

// For its lifetime the calling thread's LibTorch work (OpenMP and MKL) runs on `threads` threads;
// then the application's own setting is back. Other threads, those that begin meanwhile too, keep
// theirs.
class ThreadScope {
 public:
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;  // bound to its scope
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_ = 0;
  int mkl_before_ = 0;
};

}  // namespace longclip::engine::torchscript
