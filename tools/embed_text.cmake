# cmake -DFILE=page.css -DOUT=page_css.cpp -DHEADER=render/html_parts.h -DNAMESPACE=spranga::render -DFUNCTION=page_css
#   -P embed_text.cmake
# Writes a text file as a function that gives it. The text holds no `)embed~"`.
file(READ "${FILE}" body)
file(WRITE "${OUT}" "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\nstd::string_view ${FUNCTION}() {\n  return R\"embed~(")
file(APPEND "${OUT}" "${body}")
file(APPEND "${OUT}" ")embed~\";\n}\n\n}  // namespace ${NAMESPACE}\n")
