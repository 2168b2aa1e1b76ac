import 'package:flutter/material.dart';

import 'dashboard_page.dart';
import 'data_page.dart';
import 'diary.dart';
import 'scan_page.dart';

void main() {
  WidgetsFlutterBinding.ensureInitialized();
  runApp(const DiaryApp());
}

class DiaryApp extends StatefulWidget {
  const DiaryApp({super.key});

  @override
  State<DiaryApp> createState() => _DiaryAppState();
}

class _DiaryAppState extends State<DiaryApp> {
  final Future<Diary> _diary = Diary.open();
  int _page = 0;

  @override
  Widget build(BuildContext context) => MaterialApp(
        theme: ThemeData(colorSchemeSeed: Colors.teal),
        home: FutureBuilder(
          future: _diary,
          builder: (context, snapshot) {
            final diary = snapshot.data;
            if (diary == null) {
              return Scaffold(
                body: Center(
                  child: snapshot.hasError
                      ? Text('The diary does not open: ${snapshot.error}')
                      : const CircularProgressIndicator(),
                ),
              );
            }
            return Scaffold(
              body: switch (_page) {
                0 => ScanPage(diary: diary),
                1 => DashboardPage(diary: diary),
                _ => DataPage(diary: diary),
              },
              bottomNavigationBar: NavigationBar(
                selectedIndex: _page,
                onDestinationSelected: (page) => setState(() => _page = page),
                destinations: const [
                  NavigationDestination(icon: Icon(Icons.camera_alt), label: 'Scan'),
                  NavigationDestination(icon: Icon(Icons.show_chart), label: 'Diary'),
                  NavigationDestination(icon: Icon(Icons.lock), label: 'My data'),
                ],
              ),
            );
          },
        ),
      );
}
