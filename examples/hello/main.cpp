#include <iostream>
#include <longclip/longclip.h>

int main() {
  const auto model = longclip::Model::load("models/longclip-b");
  const auto images = model.encode_image({longclip::Image::read("street.jpg")});
  const auto texts = model.encode_text({"A man crosses a street beside a red car.", "A man drives a car in a city."});
  const auto scores = longclip::similarity(images, texts);      // cosine, 1 x 2
  std::cout << scores(0, 0) << ' ' << scores(0, 1) << '\n';
}
