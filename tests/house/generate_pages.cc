// Writes the files that are made from the code into the tree: generate_pages ROOT
#include <fstream>
#include <iostream>

#include "tests/house/pages.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: generate_pages ROOT\n";
    return 64;
  }
  for (const courtside::house::Page& page : courtside::house::pages(argv[1])) {
    const std::string path = std::string(argv[1]) + "/" + page.path;
    std::ofstream stream(path, std::ios::binary);
    stream << page.text;
    stream.close();
    if (!stream) {
      std::cerr << path << " cannot be written\n";
      return 74;
    }
    std::cout << path << "\n";
  }
  return 0;
}
