# find_package(SkinKit) gives the target SkinKit::SkinKit. Lies in <prefix>/lib/cmake/SkinKit.
get_filename_component(_skinkit_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

find_library(SkinKit_LIBRARY skinkit_ffi PATHS "${_skinkit_prefix}/lib" NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
if(NOT SkinKit_LIBRARY OR NOT EXISTS "${_skinkit_prefix}/include/skinkit.h")
    set(SkinKit_FOUND FALSE)
    set(SkinKit_NOT_FOUND_MESSAGE "no library or header of SkinKit in ${_skinkit_prefix}")
    return()
endif()

if(NOT TARGET SkinKit::SkinKit)
    add_library(SkinKit::SkinKit UNKNOWN IMPORTED)
    set_target_properties(SkinKit::SkinKit PROPERTIES
        IMPORTED_LOCATION "${SkinKit_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${_skinkit_prefix}/include")
    if(SkinKit_LIBRARY MATCHES "\\.a$" AND UNIX)
        find_package(Threads REQUIRED)
        set_property(TARGET SkinKit::SkinKit PROPERTY
            INTERFACE_LINK_LIBRARIES Threads::Threads ${CMAKE_DL_LIBS} m)
    endif()
endif()
unset(_skinkit_prefix)
