# A room is a folder that is a library. Its include path holds itself and what it links, nothing else, so that an arrow in the wrong
# direction does not compile: every room gets a directory with one symbolic link in it, named as includes name the room.

# dialin_room(<target> FOLDER <folder> [SEES <targets>...] [USES <third-party targets>...])
# All .cc files directly in the folder are its sources. SEES: rooms that its headers may name. USES: libraries that only its .cc files see.
function(dialin_room target)
  cmake_parse_arguments(ROOM "" "FOLDER" "SEES;USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${ROOM_FOLDER}/*.cc")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  set(door "${PROJECT_BINARY_DIR}/rooms/${ROOM_FOLDER}")
  get_filename_component(parent "${door}/${ROOM_FOLDER}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${ROOM_FOLDER}" "${door}/${ROOM_FOLDER}" SYMBOLIC)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC "${door}")
    target_link_libraries(${target} PUBLIC ${ROOM_SEES} Boost::headers PRIVATE ${ROOM_USES})
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${door}")
    target_link_libraries(${target} INTERFACE ${ROOM_SEES})
  endif()
endfunction()
