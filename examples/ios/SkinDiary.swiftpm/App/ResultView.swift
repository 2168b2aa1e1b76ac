import SkinKit
import SwiftUI

/// What was recorded and measured, with the heatmap of the likeliest label.
struct ResultView: View {
    let analysis: Analysis

    var body: some View {
        List {
            Section("Picture") {
                Text(analysis.quality.accepted ? "Good enough" : "Not good enough")
                ForEach(analysis.quality.issues, id: \.self) { Text($0.words) }
            }
            Section("Where the evidence lies") {
                if let heatmap {
                    Image(uiImage: heatmap).resizable().interpolation(.high).scaledToFit()
                        .background(.gray.opacity(0.2))
                        .accessibilityLabel("Heatmap of \(likeliest?.name ?? "")")
                }
            }
            Section("Labels of the model pack, not a diagnosis") {
                ForEach(analysis.finding.probabilities, id: \.label) { label in
                    HStack {
                        Text(label.name)
                        Spacer()
                        Text(label.p, format: .percent.precision(.fractionLength(0)))
                        if analysis.finding.predictionSet.contains(label.label) { Image(systemName: "checkmark") }
                    }
                }
                if analysis.finding.familiarity?.inDistribution == false {
                    Text("This picture is unlike those that the pack has learnt from: do not rely on it")
                }
            }
        }
        .navigationTitle("Result")
    }

    private var likeliest: LabelProbability? { analysis.finding.probabilities.max { $0.p < $1.p } }

    private var heatmap: UIImage? {
        guard let label = analysis.finding.probabilities.firstIndex(where: { $0.label == likeliest?.label }) else {
            return nil
        }
        return analysis.finding.heatmap?.png(of: label).flatMap(UIImage.init(data:))
    }
}
