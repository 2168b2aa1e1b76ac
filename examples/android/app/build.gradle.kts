plugins {
    id("com.android.application") version "8.13.0"
    id("org.jetbrains.kotlin.android") version "2.4.20"
}

android {
    namespace = "skinkit.sample"
    compileSdk = 36
    defaultConfig {
        applicationId = "dev.skinkit.sample"
        minSdk = 24
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
    }
    buildTypes {
        release {
            isMinifyEnabled = true // proves the AAR's rules
            signingConfig = signingConfigs.getByName("debug")
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
    sourceSets["main"].apply {
        kotlin.srcDirs("src/main/kotlin", "src/camera/kotlin")
        // The pack and nothing else of the repository's models.
        assets.srcDirs(layout.buildDirectory.dir("packs"))
    }
    // ONNX Runtime is loaded from a file.
    packaging { jniLibs { useLegacyPackaging = true } }
}

val packs by tasks.registering(Copy::class) {
    from("../../../models/lesion-ham7")
    into(layout.buildDirectory.dir("packs/lesion-ham7"))
}
tasks.named("preBuild") { dependsOn(packs) }

dependencies {
    implementation("dev.skinkit:skinkit-android:0.1.0")
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.10.2")
    val camera = "1.5.1"
    implementation("androidx.camera:camera-camera2:$camera")
    implementation("androidx.camera:camera-lifecycle:$camera")
    implementation("androidx.camera:camera-view:$camera")
}
