import CoreVideo

public final class CMSampleBuffer {}
public struct CMTime {}
public func CMSampleBufferGetImageBuffer(_ buffer: CMSampleBuffer) -> CVImageBuffer? { fatalError() }
public func CMSampleBufferGetPresentationTimeStamp(_ buffer: CMSampleBuffer) -> CMTime { fatalError() }
public func CMTimeGetSeconds(_ time: CMTime) -> Double { fatalError() }
