# What makes a mistake in memory end the process instead of serving whoever found it. tests/hostile/test_elf.py reads it back from the program.
# Not in builds with sanitizers, which see more, and stumble over the checked functions of _FORTIFY_SOURCE.
include(CheckCXXCompilerFlag)

# Not CMAKE_POSITION_INDEPENDENT_CODE: that builds the rooms as for a shared library, where no function may be inlined that another could
# stand in for.
add_compile_options(-fPIE)
add_link_options(-pie)
add_link_options(LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)

add_compile_options(-fstack-protector-strong -fstack-clash-protection)
# Of x86 alone.
check_cxx_compiler_flag(-fcf-protection=full DIALIN_HAS_CF_PROTECTION)
if(DIALIN_HAS_CF_PROTECTION)
  add_compile_options(-fcf-protection=full)
endif()

# The checked functions want an optimiser; some compilers come with a level of their own.
add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
# Indexes and iterators of the standard library, where that is known to end the process too.
add_compile_definitions(_GLIBCXX_ASSERTIONS)
