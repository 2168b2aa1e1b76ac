import Charts
import SkinKit
import SwiftUI

/// Every site, its trend and its scans.
struct HistoryView: View {
    @ObservedObject var model: DiaryModel

    var body: some View {
        NavigationStack {
            List(model.sites) { site in
                Section(site.name) {
                    if let change = site.change { Text(change.words) }
                    if site.trend.count > 1 { TrendChart(points: site.trend) }
                    ForEach(site.scans, id: \.id) { scan in
                        LabeledContent(
                            scan.date.formatted(date: .abbreviated, time: .shortened),
                            value: scan.predictionSet.joined(separator: ", "))
                            .swipeActions {
                                Button("Delete", role: .destructive) { Task { await model.delete(scan) } }
                            }
                    }
                }
            }
            .overlay { if model.sites.isEmpty { Text("Nothing yet") } }
            .navigationTitle("Diary")
            .task { await model.reload() }
        }
    }
}

/// The greatest diameter over time. The bar is where a re-shot of an unchanged spot would lie.
struct TrendChart: View {
    let points: [TrendPoint]

    var body: some View {
        Chart(points) { point in
            RuleMark(
                x: .value("Date", point.date), yStart: .value("Low", point.low), yEnd: .value("High", point.high))
                .foregroundStyle(.gray)
            LineMark(x: .value("Date", point.date), y: .value("Diameter", point.value))
            PointMark(x: .value("Date", point.date), y: .value("Diameter", point.value))
        }
        .chartYAxisLabel("Greatest diameter, \(points.first?.unit ?? "")")
        .frame(height: 160)
    }
}

/// What is kept, taking it along, and deleting it.
struct DataView: View {
    @ObservedObject var model: DiaryModel
    @State private var asking = false
    @State private var file: URL?

    var body: some View {
        NavigationStack {
            Form {
                Section {
                    Text("Everything stays on this device, encrypted. There is no account and no server.")
                    Text("\(model.sites.reduce(0) { $0 + $1.scans.count }) scans at \(model.sites.count) sites")
                }
                Section {
                    Button("Prepare a copy") { Task { file = await model.export() } }
                    if let file { ShareLink("Take a copy along", item: file) }
                }
                Section {
                    Button("Delete my data", role: .destructive) { asking = true }
                        .confirmationDialog("Delete all scans for good?", isPresented: $asking) {
                            Button("Delete everything", role: .destructive) { Task { await model.deleteAll() } }
                        }
                }
                if let message = model.message { Text(message) }
            }
            .navigationTitle("My data")
        }
    }
}
