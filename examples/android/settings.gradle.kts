pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}
dependencyResolutionManagement {
    repositories {
        // What `cargo xtask package aar` wrote.
        maven(url = uri("../../target/package"))
        google()
        mavenCentral()
    }
}
rootProject.name = "skinkit-sample"
include(":app")
