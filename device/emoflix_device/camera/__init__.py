"""Where frames come from: picamera2, V4L2, RTSP, video files, folders of pictures."""
