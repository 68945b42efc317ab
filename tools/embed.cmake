# cmake -DROOT=. -DOUT=lab_files.cpp -DFILES="a;b" -P embed.cmake
# Writes text files as one table of raw strings (see src/tour/lab_files.h).
file(WRITE "${OUT}" "#include \"tour/lab_files.h\"\n\n#include <array>\n\nnamespace spranga::tour {\n\nnamespace {\n\nconstexpr std::array files = {\n")
foreach(name IN LISTS FILES)
  file(READ "${ROOT}/${name}" body)
  set(executable false)
  if(name MATCHES "^lab/(lab|[a-z]+\\.sh)$")
    set(executable true)
  endif()
  file(APPEND "${OUT}" "    LabFile{\"${name}\", R\"lab~(")
  file(APPEND "${OUT}" "${body}")
  file(APPEND "${OUT}" ")lab~\", ${executable}},\n")
endforeach()
file(APPEND "${OUT}" "};\n\n}  // namespace\n\nstd::span<const LabFile> lab_files() { return files; }\n\n}  // namespace spranga::tour\n")
