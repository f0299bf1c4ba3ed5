#pragma once

#include <cstddef>
#include <functional>

namespace longclip::runtime {

class Places;

// Calls body(0) ... body(count - 1) on at most `threads` threads, the caller's among them, and
// returns when all are done. Indices are begun in rising order. When a call throws, no further
// index is begun, and the exception of the lowest index that failed is thrown here: the one that
// a plain loop would have met. With threads <= 1 it is that plain loop. `places`, if given, are taken by those that
// work: helpers do an index where one is free.
//
// The threads live as long as the call: they cost some 20 microseconds each, which is nothing beside the decoding of
// a photo.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body,
                  Places* places = nullptr);

}  // namespace longclip::runtime
