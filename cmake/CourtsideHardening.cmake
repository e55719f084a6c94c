# What makes an error in memory harder to use: an option of the release build, included before any
# target is made.
#
# _FORTIFY_SOURCE=3 needs g++ 12 and glibc 2.34. -fcf-protection would do nothing: Debian 12's own
# start files are compiled without it, so the linker drops the mark. _GLIBCXX_ASSERTIONS is left out: it checks each
# access to a vector or string on the path of every delivery.
option(COURTSIDE_HARDEN "Position-independent programs, protected stacks, checked buffers" OFF)
if(COURTSIDE_HARDEN)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES C CXX)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -Wformat -Werror=format-security)
  # Read-only after the start, with every symbol bound by then.
  add_link_options(-Wl,-z,relro,-z,now)
endif()
