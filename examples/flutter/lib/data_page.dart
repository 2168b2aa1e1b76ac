import 'package:flutter/material.dart';

import 'diary.dart';

/// What is kept, taking it along, and deleting it.
class DataPage extends StatefulWidget {
  const DataPage({super.key, required this.diary});

  final Diary diary;

  @override
  State<DataPage> createState() => _DataPageState();
}

class _DataPageState extends State<DataPage> {
  String? _message;

  Future<void> _export() async {
    final path = await widget.diary.export();
    if (mounted) setState(() => _message = 'A copy, readable by anyone, is at $path');
  }

  Future<void> _delete() async {
    final sure = await showDialog<bool>(
      context: context,
      builder: (context) => AlertDialog(
        title: const Text('Delete all scans for good?'),
        actions: [
          TextButton(onPressed: () => Navigator.pop(context, false), child: const Text('Keep')),
          TextButton(onPressed: () => Navigator.pop(context, true), child: const Text('Delete everything')),
        ],
      ),
    );
    if (sure != true) return;
    final scans = await widget.diary.deleteAll();
    if (mounted) setState(() => _message = '$scans scans are deleted');
  }

  @override
  Widget build(BuildContext context) => SafeArea(
        child: ListView(padding: const EdgeInsets.all(24), children: [
          const Text('Everything stays on this device, encrypted. There is no account and no server.'),
          const SizedBox(height: 16),
          OutlinedButton(onPressed: _export, child: const Text('Take a copy along')),
          OutlinedButton(onPressed: _delete, child: const Text('Delete my data')),
          if (_message case final message?) Text(message),
        ]),
      );
}
