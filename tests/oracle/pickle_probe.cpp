// The unpickler and the pickler at standard input and output, for pickle.py. A question is four
// bytes of length, a byte with the protocol of the answer, and a pickle. The answer: 'v' and the
// value in that protocol, or 'e' and why not; four bytes of length before either.
#include <array>
#include <cstdint>
#include <iostream>
#include <string>

#include "guard/pickle/pickle.h"
#include "guard/pickle/unpickle.h"

namespace {

using namespace spranga::guard::pickle;

bool read(std::string& into, std::size_t size) {
  into.resize(size);
  return static_cast<bool>(std::cin.read(into.data(), static_cast<std::streamsize>(size)));
}

void answer(char kind, const std::string& text) {
  std::string head(1, kind);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    head += static_cast<char>(text.size() >> shift & 0xffU);
  }
  std::cout << head << text << std::flush;
}

}  // namespace

int main() {
  std::string head;
  std::string body;
  while (read(head, 5)) {
    std::size_t size = 0;
    for (std::size_t i = 4; i > 0; --i) {
      size = size << 8U | static_cast<unsigned char>(head[i - 1]);
    }
    if (!read(body, size)) {
      return 1;
    }
    const auto value = unpickle(body);
    if (value) {
      answer('v', to_pickle(*value, head[4]));
    } else {
      answer('e', value.error().detail);
    }
  }
  return 0;
}
